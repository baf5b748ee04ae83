import { readFile } from "node:fs/promises";

const KIBIBYTES_PER_MEBIBYTE = 1_024;

async function statusMebibytes(pid: string | null, name: "VmRSS" | "VmHWM"): Promise<number | null> {
  if (pid === null) return null;
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  return kibibytes === undefined ? null : Math.round(Number(kibibytes) / KIBIBYTES_PER_MEBIBYTE);
}

/** Resident memory of a process now, MiB; null where `/proc` does not tell. */
export function residentMebibytes(pid: string | null): Promise<number | null> {
  return statusMebibytes(pid, "VmRSS");
}

/** The most that it was since the process began, as the kernel has counted it. */
export function peakResidentMebibytes(pid: string | null): Promise<number | null> {
  return statusMebibytes(pid, "VmHWM");
}
