/**
 * An object's one alarm, remembered so that a call finds out without a read, and sets it only where none is due. What
 * the runtime does with alarms, and what is done about it, is here:
 * - It drops one that is set, while an alarm is being handled, for the very time of that alarm, and goes on saying that
 *   it is set. So none is set for a time that has come.
 * - It drops one that fails too often without a word. So one that should have come long ago is set again.
 */
export class ObjectAlarm {
  readonly #storage: DurableObjectStorage;
  readonly #overdueMilliseconds: number;
  /** Undefined until it has been read. */
  #at: number | null | undefined;
  /** The time of the last alarm that came, by the clock of who brought it. */
  #cameFor = 0;

  /** @param overdueMilliseconds an alarm that has not come so long after its time never will */
  constructor(storage: DurableObjectStorage, overdueMilliseconds: number) {
    this.#storage = storage;
    this.#overdueMilliseconds = overdueMilliseconds;
  }

  /** When it goes off, as far as it was read or set here. */
  get at(): number | null {
    return this.#at ?? null;
  }

  /** Whether it should have come long ago. */
  get isOverdue(): boolean {
    return this.at !== null && this.at <= Date.now() - this.#overdueMilliseconds;
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
    const wanted = this.#yetToCome(at);
    return this.at !== null && this.at <= wanted && !this.isOverdue ? this.at : wanted;
  }

  /** Makes sure that the object wakes at `at` (milliseconds since 1970 UTC), at once for what is past, or before. */
  async wakeBy(at: number): Promise<void> {
    const time = this.timeBy(at);
    if (time === this.at) return;
    this.#at = time;
    await this.#storage.setAlarm(time);
  }

  /** The alarm has come: none is set. @param scheduledTime what it was set for, null where nobody says */
  came(scheduledTime: number | null): void {
    this.#at = null;
    this.#cameFor = scheduledTime ?? this.#cameFor;
  }

  /** The storage is gone, and the alarm with it. */
  clear(): void {
    this.#at = null;
  }

  #yetToCome(at: number): number {
    return Math.max(at, Date.now() + 1, this.#cameFor + 1);
  }
}
