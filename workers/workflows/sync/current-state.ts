import { type EntityState, initialState } from "../../../domain/sync/pass.ts";
import {
  greatestRangeId,
  insertRangeStatement,
  insertRetiredStatement,
  markAllUnreadStatement,
  retireAllStatement,
} from "../../../platform/d1/range-store.ts";
import { entityStateStatement, readEntityState } from "../../../platform/d1/sync-state-store.ts";
import type { EntitySource } from "./entity-source.ts";
import { knownKeys } from "./known-keys.ts";

/** Statements of one batch that keep keys: each has up to some hundred kilobytes. */
const RETIRED_PER_BATCH = 20;

/**
 * Keeps the keys of everything that D1 has of an entity: rows that came by pages stand in no range, and whoever reads
 * the entity from now on would never ask for them. Repeated after a crash it only keeps them twice.
 * @returns the greatest id that it used
 */
async function retireKnownKeys(db: D1Database, { entity }: EntitySource, lastId: number): Promise<number> {
  let id = lastId;
  let statements: D1PreparedStatement[] = [];
  for await (const rowKeys of knownKeys(db, entity)) {
    id += 1;
    statements.push(insertRetiredStatement(db, entity, id, rowKeys));
    if (statements.length < RETIRED_PER_BATCH) continue;
    await db.batch(statements);
    statements = [];
  }
  if (statements.length > 0) await db.batch(statements);
  return id;
}

/**
 * Where reading stands, as far as it still says something about the source: other rows begin anew, rows of another
 * shape are all read once.
 */
export async function currentState(db: D1Database, source: EntitySource, shape: string): Promise<EntityState> {
  const { entity, identity, via } = source;
  const stored = await readEntityState(db, entity);
  if (stored === null || stored.identity !== identity) {
    const lastId = Math.max(await greatestRangeId(db, entity), stored?.nextRange ?? 0);
    // Pages are compared as a whole: there what is gone is found without anybody keeping its key.
    const id = (via === "http" ? lastId : await retireKnownKeys(db, source, lastId)) + 1;
    const state = initialState(identity, shape, id + 1);
    await db.batch([
      retireAllStatement(db, entity),
      insertRangeStatement(db, entity, { id, after: null, upto: null, rows: 0, checksum: null }, []),
      entityStateStatement(db, entity, state),
    ]);
    return state;
  }
  if (stored.shape === shape) return stored;
  // Begun again from the top: what a cut comparison had verified was of the old shape. A source of pages has no ranges
  // to mark: without a cursor it is read as a whole.
  const state: EntityState = { ...stored, shape, run: 0, cursor: via === "http" ? null : stored.cursor };
  await db.batch([markAllUnreadStatement(db, entity), entityStateStatement(db, entity, state)]);
  return state;
}
