import { ALARM_OVERDUE_MILLISECONDS } from "../../domain/ledger/limits.ts";

/** The object's one alarm, remembered so that a call finds out without a read, and sets it only where none is due. */
export class SessionAlarm {
  readonly #storage: DurableObjectStorage;
  /** Undefined until it has been read. */
  #at: number | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** When it goes off, as far as it was read or set here. */
  get at(): number | null {
    return this.#at ?? null;
  }

  /** To be awaited before a write that {@link wakeBy} follows, so that both reach the disk together. */
  async load(): Promise<void> {
    if (this.#at !== undefined) return;
    const at = await this.#storage.getAlarm();
    // It may have gone off, or been set, while it was read.
    if (this.#at === undefined) this.#at = at;
  }

  /** When the object will wake once it is asked to by `at`: an alarm that comes before stays. */
  timeBy(at: number): number {
    return this.#covers(at) && this.#at !== null && this.#at !== undefined ? this.#at : at;
  }

  /** Makes sure that the object wakes at `at` (milliseconds since 1970 UTC) or before. */
  async wakeBy(at: number): Promise<void> {
    if (this.#covers(at)) return;
    this.#at = at;
    await this.#storage.setAlarm(at);
  }

  /** Whether the alarm that is set comes by `at`. One that should have come long ago was lost, and never will. */
  #covers(at: number): boolean {
    const set = this.#at ?? null;
    return set !== null && set <= at && set > Date.now() - ALARM_OVERDUE_MILLISECONDS;
  }

  /** The alarm has gone off, or its storage is gone: none is set. */
  clear(): void {
    this.#at = null;
  }
}
