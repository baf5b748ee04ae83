import { z } from "zod";

import type { Interaction } from "../../domain/events/interaction.ts";
import { FOLD_EVENTS_MAX, HOUR_MILLISECONDS, SEGMENT_BYTES_MAX } from "../../domain/ledger/limits.ts";
import { type OrderChange, orderChangeSchema } from "../../domain/ledger/order-change.ts";
import type { LedgerStateStore, SealedSegment } from "./state.ts";

/** What one append brought. */
interface JournalEntry {
  readonly sequence: number;
  readonly interactions: readonly Interaction[];
  readonly changes: readonly OrderChange[];
}

type StoredEntry = { sequence: number; interactions: string; changes: string };

const tableOf = (number: number): string => `journal_${number}`;
const beginningOfHour = (now: number): number => Math.floor(now / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;

const changesSchema = z.array(orderChangeSchema);

// What this object wrote itself, in an append that was checked, is not checked again; but a version before may have
// written changes that said less.
function openEntry({ sequence, interactions, changes }: StoredEntry): JournalEntry {
  return {
    sequence,
    interactions: JSON.parse(interactions) as Interaction[],
    changes: changesSchema.parse(JSON.parse(changes)),
  };
}

/**
 * What was appended, in order: the outbox to counters and lake. Each segment of the lake has a journal of its own, which
 * is sealed by beginning the next one, and dropped as a whole when counters and lake have it.
 */
export class Journal {
  readonly #sql: SqlStorage;
  readonly #store: LedgerStateStore;
  readonly #segmentEvents: number;
  /** Of the active journal. */
  #last = 0;
  #events = 0;
  #bytes = 0;
  #since: number | null = null;
  #uncountedSince: number | null = null;

  /** @param segmentEvents as many as make a segment full */
  constructor(sql: SqlStorage, store: LedgerStateStore, segmentEvents: number) {
    this.#sql = sql;
    this.#store = store;
    this.#segmentEvents = segmentEvents;
    this.load();
  }

  /** Reads what is known of the journals from the disk: at the start, and after a transaction that was rolled back. */
  load(): void {
    const { active, last } = this.#store.state;
    const [row] = this.#sql
      .exec<{ last: number | null; events: number | null; bytes: number | null; since: number | null }>(
        `SELECT max(sequence) AS last, sum(events) AS events, sum(length(interactions) + length(changes)) AS bytes,
           min(appended_at) AS since FROM ${tableOf(active)}`,
      )
      .toArray();
    this.#last = row?.last ?? last;
    this.#events = row?.events ?? 0;
    this.#bytes = row?.bytes ?? 0;
    this.#since = row?.since ?? null;
    this.#uncountedSince = this.#oldestUncounted();
  }

  /** The sequence of the next row. */
  get next(): number {
    return this.#last + 1;
  }

  /** When the oldest row was appended that the counters do not have, milliseconds since 1970 UTC. */
  get uncountedSince(): number | null {
    return this.#uncountedSince;
  }

  /** When the oldest row was appended that is in no segment. */
  get unsealedSince(): number | null {
    return this.#since;
  }

  /** When the oldest row was appended that the lake lacks. */
  get unstoredSince(): number | null {
    const waiting = this.#store.state.sealed.find((segment) => !segment.stored);
    return waiting?.since ?? this.#since;
  }

  get isFull(): boolean {
    return this.#events >= this.#segmentEvents || this.#bytes >= SEGMENT_BYTES_MAX;
  }

  append(interactions: readonly Interaction[], changes: readonly OrderChange[], now: number): void {
    const texts = [JSON.stringify(interactions), JSON.stringify(changes)] as const;
    const events = interactions.length + changes.length;
    const sequence = this.next;
    this.#sql.exec(
      `INSERT INTO ${tableOf(this.#store.state.active)} VALUES (?, ?, ?, ?, ?)`,
      sequence,
      now,
      events,
      ...texts,
    );
    this.#last = sequence;
    this.#events += events;
    this.#bytes += texts[0].length + texts[1].length;
    this.#since ??= now;
    this.#uncountedSince ??= now;
  }

  /**
   * Puts other entries in the place of those that hold a text, as JSON has it. For an erasure: as many entries as before,
   * of which counters come to the same sums. Nothing may be on its way to the lake.
   */
  rewrite(text: string, change: (entry: Omit<JournalEntry, "sequence">) => Omit<JournalEntry, "sequence">): void {
    for (const table of this.#tables()) {
      const found = this.#sql
        .exec<{ sequence: number }>(
          `SELECT sequence FROM ${table} WHERE instr(interactions, ?1) > 0 OR instr(changes, ?1) > 0`,
          text,
        )
        .toArray();
      // One by one: a row may be a megabyte.
      for (const { sequence } of found) {
        const entry = change(
          openEntry(
            this.#sql
              .exec<StoredEntry>(`SELECT sequence, interactions, changes FROM ${table} WHERE sequence = ?`, sequence)
              .one(),
          ),
        );
        this.#sql.exec(
          `UPDATE ${table} SET interactions = ?, changes = ? WHERE sequence = ?`,
          JSON.stringify(entry.interactions),
          JSON.stringify(entry.changes),
          sequence,
        );
      }
    }
    this.load();
  }

  /** Fixes what the next segment holds: what is appended from here on is of a later one. Nothing when there is nothing. */
  seal(now: number): void {
    if (this.#since === null) return;
    const { active, sealed, hour: before } = this.#store.state;
    const hour = Math.max(before, beginningOfHour(now));
    const segment: SealedSegment = { number: active, hour, since: this.#since, last: this.#last, stored: false };
    this.#sql.exec(
      `CREATE TABLE ${tableOf(active + 1)} (sequence INTEGER PRIMARY KEY, appended_at INTEGER NOT NULL,
         events INTEGER NOT NULL, interactions TEXT NOT NULL, changes TEXT NOT NULL)`,
    );
    this.#store.write({ active: active + 1, last: this.#last, sealed: [...sealed, segment], hour });
    [this.#events, this.#bytes, this.#since] = [0, 0, null];
  }

  /** The rows of a sealed segment. */
  read(segment: SealedSegment): JournalEntry[] {
    return this.#sql
      .exec<StoredEntry>(`SELECT sequence, interactions, changes FROM ${tableOf(segment.number)} ORDER BY sequence`)
      .toArray()
      .map(openEntry);
  }

  /** The lake has this segment. */
  noteStored(number: number): void {
    const sealed = this.#store.state.sealed.map((one) => (one.number === number ? { ...one, stored: true } : one));
    this.#store.write({ sealed });
    this.#dropDone();
  }

  /**
   * The rows that the counters lack, at most some {@link FOLD_EVENTS_MAX} events: always the same ones until
   * {@link noteCounted}, whatever comes in between.
   * @returns null when there are none
   */
  uncounted(): { readonly upto: number; readonly entries: readonly JournalEntry[] } | null {
    const { counted, counting } = this.#store.state;
    const upto = counting ?? this.#foldEnd(counted);
    if (upto === null) return null;
    if (counting === null) this.#store.write({ counting: upto });
    const entries = this.#tables().flatMap((table) =>
      this.#sql
        .exec<StoredEntry>(
          `SELECT sequence, interactions, changes FROM ${table} WHERE sequence > ? AND sequence <= ? ORDER BY sequence`,
          counted,
          upto,
        )
        .toArray()
        .map(openEntry),
    );
    return { upto, entries };
  }

  /** The counters have every row up to this one. */
  noteCounted(upto: number): void {
    this.#store.write({ counted: upto, counting: null });
    this.#uncountedSince = this.#oldestUncounted();
    this.#dropDone();
  }

  /**
   * The beginning of an hour of ingest: every segment of an earlier one is in the lake, and none will come any more.
   * @param now milliseconds since 1970 UTC
   */
  committedBefore(now: number): number {
    const { sealed, hour } = this.#store.state;
    const open = sealed.filter((segment) => !segment.stored).map((segment) => segment.hour);
    if (open.length > 0) return Math.min(...open);
    const present = Math.max(hour, beginningOfHour(now));
    // A promise: the next segment's hour must not be an earlier one, whatever the clock says then.
    if (present > hour) this.#store.write({ hour: present });
    return present;
  }

  #tables(): string[] {
    const { sealed, active } = this.#store.state;
    return [...sealed.map((segment) => segment.number), active].map(tableOf);
  }

  #foldEnd(counted: number): number | null {
    let end: number | null = null;
    let events = 0;
    for (const table of this.#tables()) {
      const rows = this.#sql.exec<{ sequence: number; events: number }>(
        `SELECT sequence, events FROM ${table} WHERE sequence > ? ORDER BY sequence`,
        counted,
      );
      for (const row of rows) {
        if (end !== null && events + row.events > FOLD_EVENTS_MAX) return end;
        end = row.sequence;
        events += row.events;
      }
    }
    return end;
  }

  #oldestUncounted(): number | null {
    const { counted } = this.#store.state;
    for (const table of this.#tables()) {
      const [row] = this.#sql
        .exec<{ since: number | null }>(`SELECT min(appended_at) AS since FROM ${table} WHERE sequence > ?`, counted)
        .toArray();
      if (row?.since !== undefined && row.since !== null) return row.since;
    }
    return null;
  }

  #dropDone(): void {
    const { sealed, counted } = this.#store.state;
    const done = sealed.filter((segment) => segment.stored && segment.last <= counted);
    if (done.length === 0) return;
    for (const { number } of done) this.#sql.exec(`DROP TABLE ${tableOf(number)}`);
    this.#store.write({ sealed: sealed.filter((segment) => !done.includes(segment)) });
  }
}
