import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "../command.ts";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function holder(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/**
 * Takes the state folder for this process: two runtimes on one folder would spoil each other's databases, even on
 * different ports. A lock whose process is gone is taken over.
 * @returns how to give it back
 * @throws CommandError when another process holds it
 */
export function lockState(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "start.pid");
  const pid = holder(path);
  if (pid !== null && pid !== process.pid && isAlive(pid)) {
    throw new CommandError(`Endcap is already running on ${folder} (process ${pid}). Stop it first: kill ${pid}`);
  }
  writeFileSync(path, String(process.pid));
  return () => rmSync(path, { force: true });
}
