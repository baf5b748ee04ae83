import { readFile } from "node:fs/promises";

import { workerdPid } from "../memory.ts";

/** Linux counts processor time in hundredths of a second (man 5 proc, USER_HZ). */
const TICK_MILLISECONDS = 10;
/** Places of `utime` and `stime` among what follows the name of the process in `/proc/PID/stat`. */
const [USER_PLACE, SYSTEM_PLACE] = [11, 12];

async function processorMilliseconds(pid: string): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_PLACE]) + Number(fields[SYSTEM_PLACE])) * TICK_MILLISECONDS;
}

/** Processor time of the runtime's process, lap by lap. */
export class ProcessorClock {
  readonly #pid: string | null;
  #last: number | null;

  private constructor(pid: string | null, last: number | null) {
    this.#pid = pid;
    this.#last = last;
  }

  static async start(): Promise<ProcessorClock> {
    const pid = await workerdPid();
    return new ProcessorClock(pid, pid === null ? null : await processorMilliseconds(pid));
  }

  /** Milliseconds since the lap before; null where `/proc` does not tell. */
  async lap(): Promise<number | null> {
    const [pid, last] = [this.#pid, this.#last];
    this.#last = pid === null ? null : await processorMilliseconds(pid);
    return last === null || this.#last === null ? null : this.#last - last;
  }
}
