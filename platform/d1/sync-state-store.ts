import { z } from "zod";

import { entityStateSchema, type EntityState } from "../../domain/sync/pass.ts";
import type { Entity } from "../../domain/sync/run.ts";

const rowsSchema = z.array(z.object({ value: z.string() })).max(1);
/** Through which run what follows from D1 is up to date, and for which model it was made. */
const followersSchema = z.object({
  run: z.number().int(),
  model: z.string().nullable(),
  /** When the snapshot was made, milliseconds since 1970 UTC; 0 where a version made it that did not say. */
  at: z.number().int().default(0),
});
export type FollowersState = z.infer<typeof followersSchema>;

/** The source's tables as they were last seen; a missing one as it was before. */
const seenTablesSchema = z.object({
  tables: z.array(
    z.object({
      table: z.string(),
      primaryKey: z.array(z.string()),
      rows: z.number(),
      columns: z.array(
        z.object({
          name: z.string(),
          type: z.string(),
          kind: z.enum(["text", "number", "boolean", "date", "datetime", "uuid", "json", "binary"]),
          declared: z.string(),
          nullable: z.boolean(),
          length: z.number().nullable(),
          default: z.string().nullable(),
          characterSet: z.string().nullable(),
        }),
      ),
    }),
  ),
  missing: z.array(z.string()),
});
export type SeenTables = z.infer<typeof seenTablesSchema>;

/** Since when each of those who are silent is, milliseconds since 1970 UTC: `shard 3`, `queue events`, `model`. */
const silencesSchema = z.record(z.string(), z.number());
export type Silences = Readonly<z.infer<typeof silencesSchema>>;

const CHANGED_RUN = "changed_run";
const SEEN_TABLES = "seen_tables";
const FOLLOWERS = "followers";
const SILENCES = "silences";
const FEATURES_RUN = "features_run";

async function readState(db: D1Database, name: string): Promise<unknown> {
  const { results } = await db.prepare("SELECT value FROM sync_state WHERE name = ?").bind(name).all();
  const [row] = rowsSchema.parse(results);
  return row === undefined ? undefined : JSON.parse(row.value);
}

function stateStatement(db: D1Database, name: string, value: unknown): D1PreparedStatement {
  return db
    .prepare(
      "INSERT INTO sync_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name, JSON.stringify(value));
}

/** Where an entity's reading stands; null when it was never read, or by a version that wrote another form. */
export async function readEntityState(db: D1Database, entity: Entity): Promise<EntityState | null> {
  return entityStateSchema.safeParse(await readState(db, `entity:${entity}`)).data ?? null;
}

/** The statement that commits where an entity's reading stands. */
export function entityStateStatement(db: D1Database, entity: Entity, state: EntityState): D1PreparedStatement {
  return stateStatement(db, `entity:${entity}`, state);
}

/** The number of the newest run that changed a row of D1; 0 when none did. */
export async function readChangedRun(db: D1Database): Promise<number> {
  return z
    .number()
    .catch(0)
    .parse(await readState(db, CHANGED_RUN));
}

/**
 * The statement that notes that a run changed rows. Never to a lower number: a push that came during a run has already
 * noted the run after it.
 */
export function changedRunStatement(db: D1Database, run: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO sync_state (name, value) VALUES (?1, ?2)
       ON CONFLICT (name) DO UPDATE SET value = max(CAST(value AS INTEGER), ?3) || ''`,
    )
    .bind(CHANGED_RUN, String(run), run);
}

/** Through which run vectors and snapshot are up to date; null before the first time. */
export async function readFollowers(db: D1Database): Promise<FollowersState | null> {
  return followersSchema.safeParse(await readState(db, FOLLOWERS)).data ?? null;
}

/** Notes through which run vectors and snapshot are up to date. */
export async function writeFollowers(db: D1Database, followers: FollowersState): Promise<void> {
  await stateStatement(db, FOLLOWERS, followers).run();
}

/** Through which run the feature catalogue is up to date; null before the first time. */
export async function readFeaturesRun(db: D1Database): Promise<number | null> {
  return z.number().safeParse(await readState(db, FEATURES_RUN)).data ?? null;
}

/** Notes through which run the feature catalogue is up to date. */
export async function writeFeaturesRun(db: D1Database, run: number): Promise<void> {
  await stateStatement(db, FEATURES_RUN, run).run();
}

/** The source's tables as they were last seen; null before the first time. */
export async function readSeenTables(db: D1Database): Promise<SeenTables | null> {
  return seenTablesSchema.safeParse(await readState(db, SEEN_TABLES)).data ?? null;
}

/** The statement that notes the source's tables as they were seen. */
export function seenTablesStatement(db: D1Database, seen: SeenTables): D1PreparedStatement {
  return stateStatement(db, SEEN_TABLES, seen);
}

/** Who was silent when the watch looked last, and since when. */
export async function readSilences(db: D1Database): Promise<Silences> {
  return silencesSchema.safeParse(await readState(db, SILENCES)).data ?? {};
}

/** Notes who is silent, and since when. */
export async function writeSilences(db: D1Database, silences: Silences): Promise<void> {
  const isEmpty = Object.keys(silences).length === 0;
  if (isEmpty) await db.prepare("DELETE FROM sync_state WHERE name = ?").bind(SILENCES).run();
  else await stateStatement(db, SILENCES, silences).run();
}
