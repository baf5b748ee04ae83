import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "../command.ts";
import { takeLock } from "../process-lock.ts";

/** Says who is meant, as far as it is known: the lock holds even while its process has not written this yet. */
function stopIt(pidPath: string): string {
  try {
    const pid = readFileSync(pidPath, "utf8");
    return ` (process ${pid}). Stop it first: kill ${pid}`;
  } catch {
    return ". Stop it first.";
  }
}

/**
 * Takes the state folder for this process: two runtimes on one folder would spoil each other's databases, even on
 * different ports. A lock whose process is gone is free.
 * @returns how to give it back
 * @throws CommandError when another process holds it
 */
export function lockState(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const pidPath = join(folder, "start.pid");
  const unlock = takeLock(join(folder, "start.lock"));
  if (unlock === null) throw new CommandError(`Endcap is already running on ${folder}${stopIt(pidPath)}`);
  writeFileSync(pidPath, String(process.pid));
  return () => {
    rmSync(pidPath, { force: true });
    unlock();
  };
}
