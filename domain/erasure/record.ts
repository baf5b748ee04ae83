import { z } from "zod";

const count = z.number().int().nonnegative();

/** What was removed where. */
export const removedSchema = z.object({
  /** Sessions: the user's, and those of browsers that had signed in as the user. */
  sessions: count,
  /** Rows of totals, and orders that are nobody's now. */
  ledger: z.object({ totals: count, orders: count }),
  database: z.object({
    users: count,
    pushes: count,
    orders: count,
    ratings: count,
    versions: count,
    embeddings: count,
    quarantine: count,
  }),
  /** Rows that are nobody's now, the hours that they are of, and files that held them and are gone. */
  lake: z.object({ rows: count, hours: count, files: count }),
  quarantine: z.object({ records: count, files: count, unreadable: count }),
  dead_letters: z.object({ records: count, files: count, unreadable: count }),
});
export type Removed = z.infer<typeof removedSchema>;

export const NOTHING_REMOVED: Removed = {
  sessions: 0,
  ledger: { totals: 0, orders: 0 },
  database: { users: 0, pushes: 0, orders: 0, ratings: 0, versions: 0, embeddings: 0, quarantine: 0 },
  lake: { rows: 0, hours: 0, files: 0 },
  quarantine: { records: 0, files: 0, unreadable: 0 },
  dead_letters: { records: 0, files: 0, unreadable: 0 },
};

const knownClientSchema = z.object({ client: z.string(), after: z.number(), upto: z.number() });
/** `c:…`: a browser that signed in as the user, and when what it did was the user's. */
export type KnownClient = z.infer<typeof knownClientSchema>;

/** Where an erasure is. `sessions` to `kept files`: at work; `waiting`: until the newest hours of the lake have closed. */
export const ERASURE_PHASES = ["sessions", "ledger", "database", "lake", "kept files", "waiting", "done"] as const;
export type ErasurePhase = (typeof ERASURE_PHASES)[number];

/**
 * `erasures/<id>.json` in `RUNTIME`: how an erasure is, and what it came to. It does not say whose: whoever knows the
 * user's id can tell the erasure's, nobody else.
 */
export const erasureRecordSchema = z.object({
  format: z.literal(1),
  state: z.enum(["running", "complete", "failed"]),
  phase: z.enum(ERASURE_PHASES),
  started_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  /** Set while it waits. */
  waiting_until: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  removed: removedSchema,
  /** Why it failed. */
  error: z.string().nullable(),
  /** Browsers of the user, which nothing else tells of any more: needed until it is complete, and gone then. */
  clients: z.array(knownClientSchema),
});
export type ErasureRecord = z.infer<typeof erasureRecordSchema>;

/** A record of an erasure that begins. @param now milliseconds since 1970 UTC */
export function newRecord(now: number): ErasureRecord {
  const at = new Date(now).toISOString();
  return {
    format: 1,
    state: "running",
    phase: "sessions",
    started_at: at,
    updated_at: at,
    waiting_until: null,
    finished_at: null,
    removed: NOTHING_REMOVED,
    error: null,
    clients: [],
  };
}

/** Adds counts, group by group. */
export function addRemoved(
  removed: Removed,
  group: Exclude<keyof Removed, "sessions">,
  more: Readonly<Record<string, unknown>>,
): Removed {
  const before = removed[group] as Readonly<Record<string, number>>;
  const added = Object.fromEntries(
    Object.entries(before).map(([name, number]) => [name, number + (typeof more[name] === "number" ? more[name] : 0)]),
  );
  return { ...removed, [group]: added };
}

const SECRET_PURPOSE = "erasure";

/**
 * The id of an erasure: the same for the same user and time, and not the pseudonym that lake and exports show.
 * @param pseudonym of an id
 * @param pseudonymOfUser of the user
 * @param erasedAt milliseconds since 1970 UTC
 */
export function erasureId(pseudonym: (id: string) => string, pseudonymOfUser: string, erasedAt: number): string {
  return pseudonym(`${SECRET_PURPOSE}:${pseudonymOfUser}:${erasedAt}`);
}

/** What the workflow is given. */
export const erasureParamsSchema = z.strictObject({
  user_id: z.string(),
  erasure_id: z.string(),
  /** The user's erasure before this one, if it did not come to its end: it may know browsers that nobody knows any more. */
  previous_id: z.string().nullable(),
});
export type ErasureParams = z.infer<typeof erasureParamsSchema>;
