/** Keeps work going after the answer: `ExecutionContext.waitUntil`, bound. */
export type WaitUntil = (work: Promise<unknown>) => void;

/**
 * Work that shows no end by then was cut off with the request that did it (a request's I/O ends with it, and its
 * promises then stay pending for ever). The next one who needs it does it anew.
 */
export const SHARED_WORK_ABANDONED_MILLISECONDS = 5_000;

interface Running<Value> {
  readonly promise: Promise<Value>;
  readonly startedAt: number;
}

/** Work that one request does and every request of the isolate may wait for, at most once at a time for each key. */
export class SharedWork<Value> {
  readonly #running = new Map<string, Running<Value>>();
  readonly #abandonedMilliseconds: number;

  /** @param abandonedMilliseconds for work that may take longer than most */
  constructor(abandonedMilliseconds = SHARED_WORK_ABANDONED_MILLISECONDS) {
    this.#abandonedMilliseconds = abandonedMilliseconds;
  }

  /**
   * Joins the work that is under way, or starts it.
   * @param waitUntil of this request: if it is the one that starts, the work outlives its answer
   * @param now milliseconds since 1970 UTC
   */
  run(key: string, waitUntil: WaitUntil, now: number, work: () => Promise<Value>): Promise<Value> {
    const present = this.#running.get(key);
    if (present !== undefined && now - present.startedAt < this.#abandonedMilliseconds) return present.promise;
    const mine: Running<Value> = {
      startedAt: now,
      promise: work().finally(() => {
        if (this.#running.get(key) === mine) this.#running.delete(key);
      }),
    };
    this.#running.set(key, mine);
    // Whoever awaits it hears of a failure; here it only must not count as unhandled.
    waitUntil(mine.promise.catch(() => undefined));
    return mine.promise;
  }
}
