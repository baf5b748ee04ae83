import { z } from "zod";

import { ENTITIES, type Entity } from "../../domain/sync/run.ts";

/** What somebody has paused, and what they have agreed to. */
export interface Pauses {
  /** True while no run reads anything. */
  readonly all: boolean;
  /** Entities that runs leave out. */
  readonly entities: Entity[];
  /** Entities whose next run may delete more rows than `sync.maxDeletedShare` allows. */
  readonly acceptDeletions: Entity[];
}

// A row of sync_state each: two people who pause different things at once do not undo each other.
const PAUSED_ALL = "paused_all";
const PAUSED = "paused:";
const ACCEPT_DELETIONS = "accept_deletions:";
const NAMES = [PAUSED_ALL, ...ENTITIES.flatMap((entity) => [PAUSED + entity, ACCEPT_DELETIONS + entity])];

const rowsSchema = z.array(z.object({ name: z.string() }));

function setStatement(db: D1Database, names: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      "INSERT INTO sync_state (name, value) SELECT value, 'true' FROM json_each(?) WHERE true ON CONFLICT (name) DO NOTHING",
    )
    .bind(JSON.stringify(names));
}

function clearStatement(db: D1Database, names: readonly string[]): D1PreparedStatement {
  return db
    .prepare("DELETE FROM sync_state WHERE name IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(names));
}

/** What is paused now, and which mass deletions are agreed to; entities in the order in which they are synced. */
export async function readPauses(db: D1Database): Promise<Pauses> {
  const { results } = await db
    .prepare("SELECT name FROM sync_state WHERE name IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(NAMES))
    .all();
  const set = new Set(rowsSchema.parse(results).map((row) => row.name));
  return {
    all: set.has(PAUSED_ALL),
    entities: ENTITIES.filter((entity) => set.has(PAUSED + entity)),
    acceptDeletions: ENTITIES.filter((entity) => set.has(ACCEPT_DELETIONS + entity)),
  };
}

/**
 * Pauses entities. An agreement to their deletions is taken back: it was given for what was to be seen then.
 * @param entities null pauses the sync as a whole
 */
export async function pause(db: D1Database, entities: readonly Entity[] | null): Promise<void> {
  const names = entities === null ? [PAUSED_ALL] : entities.map((entity) => PAUSED + entity);
  await db.batch([
    setStatement(db, names),
    clearStatement(
      db,
      (entities ?? ENTITIES).map((entity) => ACCEPT_DELETIONS + entity),
    ),
  ]);
}

/**
 * Lets entities go on. While the sync is paused as a whole, the other entities stay paused.
 * @param entities null lets everything go on
 * @param acceptDeletions true when their next run may delete more rows than `sync.maxDeletedShare` allows
 */
export async function resume(
  db: D1Database,
  entities: readonly Entity[] | null,
  acceptDeletions: boolean,
): Promise<void> {
  const resumed = entities ?? ENTITIES;
  const others = ENTITIES.filter((entity) => !resumed.includes(entity)).map((entity) => PAUSED + entity);
  const agreed = acceptDeletions ? resumed.map((entity) => ACCEPT_DELETIONS + entity) : [];
  await db.batch([
    db
      .prepare(
        `INSERT INTO sync_state (name, value) SELECT value, 'true' FROM json_each(?1)
         WHERE EXISTS (SELECT 1 FROM sync_state WHERE name = ?2) ON CONFLICT (name) DO NOTHING`,
      )
      .bind(JSON.stringify(others), PAUSED_ALL),
    clearStatement(db, [PAUSED_ALL, ...resumed.map((entity) => PAUSED + entity)]),
    setStatement(db, agreed),
  ]);
}

/** Takes an agreement to deletions back. To be called when the entity was read to its end: it counts for one run. */
export async function clearAcceptedDeletions(db: D1Database, entity: Entity): Promise<void> {
  await clearStatement(db, [ACCEPT_DELETIONS + entity]).run();
}
