import { z } from "zod";

const segmentSchema = z.object({
  /** The journal's number, and the segment's. */
  number: z.number(),
  /** Beginning of the hour of ingest, milliseconds since 1970 UTC: part of the lake file's key. */
  hour: z.number(),
  /** When its first row was appended. */
  since: z.number().default(0),
  /** Sequence of its last row. */
  last: z.number(),
  /** True once the lake has it. The journal goes when the counters have it too. */
  stored: z.boolean(),
});
export type SealedSegment = z.infer<typeof segmentSchema>;

const stateSchema = z.object({
  /** `LEDGER_SHARDS` as the first event met it; null before. */
  shards: z.number().nullable(),
  /** Week (of 7 days since 1970) of the newest table of ids; null before the first. */
  week: z.number().nullable(),
  /** Number of the journal that takes appends. */
  active: z.number(),
  /** Sequence of the last row of the last sealed journal: where the active one goes on from. */
  last: z.number(),
  sealed: z.array(segmentSchema),
  /** Journal rows up to this sequence are in D1's counters. */
  counted: z.number(),
  /** Rows up to this one are on their way there: a flush that comes again must be the same. */
  counting: z.number().nullable(),
  /** Beginning of the newest hour of ingest that was used or promised; hours never go back. */
  hour: z.number(),
  /** Where the weekly sweep goes on; null when it has nothing to do. */
  sweep: z.object({ shopper: z.string(), item_id: z.string() }).nullable(),
  /** The newest moment that was promised: every change of totals from then on is stamped later. */
  cut: z.number().default(0),
  /** Since when totals keep what they were; null before the first change, or reading, that knows of it. */
  history_since: z.number().nullable().default(null),
});
export type LedgerState = z.infer<typeof stateSchema>;

const NEW_STATE: LedgerState = {
  shards: null,
  week: null,
  active: 0,
  last: 0,
  sealed: [],
  counted: 0,
  counting: null,
  hour: 0,
  sweep: null,
  cut: 0,
  history_since: null,
};

/** What a shard knows of itself: one packed row, and its copy in memory. */
export class LedgerStateStore {
  readonly #sql: SqlStorage;
  #state: LedgerState;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const [row] = sql.exec<{ value: string }>("SELECT value FROM state").toArray();
    this.#state = row === undefined ? NEW_STATE : stateSchema.parse(JSON.parse(row.value));
  }

  get state(): LedgerState {
    return this.#state;
  }

  /** The stamp that a change of totals gets at `now` (milliseconds since 1970 UTC). */
  stamp(now: number): number {
    return Math.max(now, this.#state.cut + 1);
  }

  /** Puts a change on the disk, then into memory. */
  write(change: Partial<LedgerState>): void {
    const state = { ...this.#state, ...change };
    this.#sql.exec(
      "INSERT INTO state VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
      JSON.stringify(state),
    );
    this.#state = state;
  }

  /** After a transaction that was rolled back: memory must not be ahead of the disk. */
  restore(state: LedgerState): void {
    this.#state = state;
  }
}
