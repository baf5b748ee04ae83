import { setTimeout as sleep } from "node:timers/promises";

import { bringUp, type LocalRuntime } from "./bring-up.ts";
import { aborted, listenForInterruption } from "./interruption.ts";
import { logTail } from "./log-tail.ts";
import type { DevOptions } from "./options.ts";
import { watchProcess } from "./process-watch.ts";
import { Resources } from "./resources.ts";
import { workerLogPath } from "./wrangler-process.ts";

const STATUS_FAILED = 1;
const STATUS_INTERRUPTED = 130;
/** After Ctrl-C in the middle of the start: how long its unfinished step may take to notice. */
const UNWIND_MILLISECONDS = 5_000;

const INTERRUPTED = Symbol("interrupted");

/** Serves until Ctrl-C (status 0) or until the Worker ends by itself (status 1). */
async function serve(runtime: LocalRuntime, resources: Resources, signal: AbortSignal): Promise<number> {
  const { pid } = runtime.replica;
  if (pid !== null) {
    const stopWatching = watchProcess(pid, () =>
      console.error("The embedded replica has ended. Recommendations go on; syncs fail until the next `npm start`."),
    );
    await resources.add(stopWatching);
  }
  console.log(runtime.greeting);
  const end = await Promise.race([runtime.worker.exited, aborted(signal)]);
  if (end === undefined) return 0;
  console.error(`The Worker has ended by itself. ${workerLogPath()} ends:\n${logTail(workerLogPath())}`);
  return STATUS_FAILED;
}

/**
 * Runs the local runtime until it is interrupted, then ends every process that it started.
 * @returns the exit status
 * @throws CommandError when it cannot be brought up; nothing is left running then either
 */
export async function runDevelopment(options: DevOptions): Promise<number> {
  const signal = listenForInterruption();
  const resources = new Resources();
  const starting = bringUp(options, resources);
  try {
    const runtime = await Promise.race([starting, aborted(signal).then(() => INTERRUPTED)]);
    if (typeof runtime === "symbol") return STATUS_INTERRUPTED;
    return await serve(runtime, resources, signal);
  } finally {
    await resources.close();
    // Whatever the start was about to begin is ended as it comes: wait for that before saying that all has ended.
    await Promise.race([starting.catch(() => undefined), sleep(UNWIND_MILLISECONDS, undefined, { ref: false })]);
  }
}
