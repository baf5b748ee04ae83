/** Ends something that was started. */
export type Close = () => Promise<void> | void;

/**
 * Everything that must be ended when the runtime ends: processes, timers, locks. Closed in reverse order, so that
 * nothing outlives what it stands on.
 */
export class Resources {
  readonly #closers: Close[] = [];
  #closed = false;

  /** Remembers how to end something. After {@link close} it is ended at once: a start may be overtaken by Ctrl-C. */
  async add(close: Close): Promise<void> {
    if (this.#closed) await close();
    else this.#closers.push(close);
  }

  /** Ends everything, also when one of the ends fails; a second call does nothing. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        console.error(error);
      }
    }
  }
}
