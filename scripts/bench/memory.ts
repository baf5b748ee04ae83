import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const SAMPLE_MILLISECONDS = 20;
const KIBIBYTES_PER_MEBIBYTE = 1_024;

async function status(pid: string): Promise<Map<string, string> | null> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => null);
  if (text === null) return null;
  return new Map(
    text.split("\n").flatMap((line) => {
      const [name, value] = line.split(":\t");
      return name === undefined || value === undefined ? [] : [[name, value.trim()] as const];
    }),
  );
}

/** The process of workerd that this process has started last; null where `/proc` does not tell. */
export async function workerdPid(): Promise<string | null> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids.toSorted((a, b) => b - a)) {
    const found = await status(String(pid));
    if (found?.get("Name") === "workerd" && found.get("PPid") === String(process.pid)) return String(pid);
  }
  return null;
}

/** Resident memory of a process over time, until it is stopped. */
export class MemoryRecord {
  readonly #samples: { at: number; mebibytes: number }[] = [];
  readonly #done: Promise<void>;
  #running = true;

  constructor(pid: string) {
    this.#done = this.#record(pid);
  }

  async #record(pid: string): Promise<void> {
    while (this.#running) {
      const resident = Number.parseInt((await status(pid))?.get("VmRSS") ?? "", 10);
      if (Number.isFinite(resident)) {
        this.#samples.push({ at: performance.now(), mebibytes: resident / KIBIBYTES_PER_MEBIBYTE });
      }
      await sleep(SAMPLE_MILLISECONDS);
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  /** How much more than at the first sample there was at most within so many milliseconds of it, in MiB. */
  growth(milliseconds: number): number {
    const [first] = this.#samples;
    if (first === undefined) return 0;
    const within = this.#samples.filter(({ at }) => at <= first.at + milliseconds);
    return Math.round(Math.max(...within.map(({ mebibytes }) => mebibytes)) - first.mebibytes);
  }
}
