import { z } from "zod";

import type { StoredRow } from "../../domain/sync/compare.ts";
import type { Entity } from "../../domain/sync/run.ts";
import { STATEMENT_JSON_MAX_LENGTH } from "../../domain/sync/limits.ts";
import type { RowKey } from "../../domain/sync/replica.ts";
import { rowKeyText } from "../../domain/sync/key.ts";

/** A value as D1 stores it; objects are stored as JSON text. */
export type StoredValue = string | number | boolean | null;

/** Key columns and the columns that follow from the record, in the order in which values are bound. */
interface EntityColumns {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

const TABLES: Readonly<Record<Entity, EntityColumns>> = {
  users: { keys: ["user_id"], values: ["country", "features"] },
  items: {
    keys: ["item_id"],
    values: ["name", "category", "price", "stock", "hidden", "image", "url", "public_values", "features"],
  },
  orders: { keys: ["order_id"], values: ["user_id", "ordered_at", "date_only", "cancelled", "lines"] },
  ratings: { keys: ["user_id", "item_id"], values: ["rating", "rated_at"] },
};

const storedSchema = z.object({ row_hash: z.string(), deleted_at: z.number().nullable() });
const countSchema = z.array(z.object({ n: z.number() })).length(1);

/** A record ready to be stored. */
export interface StorableRow {
  readonly key: RowKey;
  readonly hash: string;
  /** In the order of the entity's value columns. */
  readonly values: readonly StoredValue[];
}

/** `k.value` is an element of the bound JSON array: an array of key parts. */
function keyJoin(table: EntityColumns): string {
  return table.keys.map((column, place) => `t.${column} = k.value ->> ${place}`).join(" AND ");
}

function keysOf(table: EntityColumns, row: Record<string, unknown>): string[] {
  return table.keys.map((column) => z.string().parse(row[column]));
}

/** Splits rows so that each part's JSON stays under what one statement may bind. */
function* chunks(rows: readonly unknown[]): Generator<string> {
  let part: string[] = [];
  let length = 0;
  for (const row of rows) {
    const json = JSON.stringify(row);
    if (part.length > 0 && length + json.length > STATEMENT_JSON_MAX_LENGTH) {
      yield `[${part.join(",")}]`;
      [part, length] = [[], 0];
    }
    part.push(json);
    length += json.length + 1;
  }
  if (part.length > 0) yield `[${part.join(",")}]`;
}

/** What D1 holds under these keys, by {@link rowKeyText}. */
export async function readStored(
  db: D1Database,
  entity: Entity,
  keys: readonly RowKey[],
): Promise<Map<string, StoredRow>> {
  const table = TABLES[entity];
  const columns = table.keys.map((column) => `t.${column}`).join(", ");
  const sql = `SELECT ${columns}, t.row_hash, t.deleted_at FROM json_each(?) AS k CROSS JOIN ${entity} AS t ON ${keyJoin(table)}`;
  const stored = new Map<string, StoredRow>();
  for (const json of chunks(keys)) {
    const { results } = await db.prepare(sql).bind(json).all();
    for (const row of results) {
      const { row_hash: hash, deleted_at: deletedAt } = storedSchema.parse(row);
      stored.set(rowKeyText(keysOf(table, row)), { hash, deletedAt });
    }
  }
  return stored;
}

/**
 * Statements that insert or replace these rows. A row that was deleted lives again.
 * @param deletedAt milliseconds since 1970 UTC for rows that are deleted as they come: known, and never shown
 */
export function upsertStatements(
  db: D1Database,
  entity: Entity,
  rows: readonly StorableRow[],
  run: number,
  deletedAt: number | null = null,
): D1PreparedStatement[] {
  const table = TABLES[entity];
  const columns = [...table.keys, ...table.values, "row_hash"];
  const selected = columns.map((_, place) => `value ->> ${place}`).join(", ");
  const updates = [...table.values, "row_hash", "changed_run", "deleted_at"]
    .map((column) => `${column} = excluded.${column}`)
    .join(", ");
  // "WHERE true" tells SQLite's parser that ON CONFLICT is no join condition.
  const sql = `INSERT INTO ${entity} (${columns.join(", ")}, changed_run, deleted_at)
    SELECT ${selected}, ?2, ?3 FROM json_each(?1) WHERE true
    ON CONFLICT (${table.keys.join(", ")}) DO UPDATE SET ${updates}`;
  const values = rows.map((row) => [...row.key, ...row.values, row.hash]);
  return [...chunks(values)].map((json) => db.prepare(sql).bind(json, run, deletedAt));
}

/** What a row that is gone keeps nothing of: a person's data goes with the person. A row that comes again is written whole. */
const BLANKED: Partial<Record<Entity, string>> = { users: "country = NULL, features = '{}'" };

/** Statements that mark rows as gone from the source. */
export function tombstoneStatements(
  db: D1Database,
  entity: Entity,
  keys: readonly RowKey[],
  run: number,
  now: Date,
): D1PreparedStatement[] {
  const table = TABLES[entity];
  const blanked = BLANKED[entity] === undefined ? [] : [BLANKED[entity]];
  const sql = `UPDATE ${entity} AS t SET ${["deleted_at = ?2", "changed_run = ?3", ...blanked].join(", ")} FROM json_each(?1) AS k
    WHERE ${keyJoin(table)} AND t.deleted_at IS NULL`;
  return [...chunks(keys)].map((json) => db.prepare(sql).bind(json, now.getTime(), run));
}

/** How many rows of an entity the source had when they were last read. Rows that only a push made are none of them. */
export async function countLive(db: D1Database, entity: Entity): Promise<number> {
  const { results } = await db
    .prepare(`SELECT count(*) AS n FROM ${entity} WHERE deleted_at IS NULL AND row_hash <> ''`)
    .all();
  return countSchema.parse(results)[0]?.n ?? 0;
}

/** Keys of live rows that the source gave, after a key, in D1's own order. */
export async function readLiveKeys(
  db: D1Database,
  entity: Entity,
  after: RowKey | null,
  limit: number,
): Promise<string[][]> {
  const table = TABLES[entity];
  const columns = table.keys.join(", ");
  const places = table.keys.map(() => "?").join(", ");
  const where = after === null ? "" : `AND (${columns}) > (${places})`;
  const { results } = await db
    .prepare(
      `SELECT ${columns} FROM ${entity} WHERE deleted_at IS NULL AND row_hash <> '' ${where} ORDER BY ${columns} LIMIT ?`,
    )
    .bind(...(after ?? []), limit)
    .all();
  return results.map((row) => keysOf(table, row));
}

/** Which of these ids D1 knows. A row that the source deleted later is known: what refers to it is history, not a mistake. */
export async function readKnownIds(
  db: D1Database,
  entity: "users" | "items",
  ids: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const stored = await readStored(
    db,
    entity,
    [...ids].map((id) => [id]),
  );
  return new Set(stored.keys());
}
