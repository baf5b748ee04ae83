import { z } from "zod";

import type { KeyRange, RowKey } from "../../domain/sync/replica.ts";
import type { Entity } from "../../domain/sync/run.ts";

/** A part of an entity's rows, and what was known of it when it was last read. */
export interface StoredRange extends KeyRange {
  readonly id: number;
  /** Rows that it had; 0 before it was first read. */
  readonly rows: number;
  /** Null where it must be read whatever the source says. */
  readonly checksum: string | null;
}

const keySchema = z.array(z.string());
const jsonKey = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : keySchema.parse(JSON.parse(text))));
const rangesSchema = z.array(
  z
    .object({
      id: z.number(),
      after_key: jsonKey,
      upto_key: jsonKey,
      row_count: z.number(),
      checksum: z.string().nullable(),
    })
    .transform(({ id, after_key: after, upto_key: upto, row_count: rows, checksum }) => ({
      id,
      after,
      upto,
      rows,
      checksum,
    })),
);
const keysRowSchema = z.array(z.object({ id: z.number(), row_keys: z.string() })).max(1);
const boundSchema = z.array(z.object({ bound: z.number().nullable(), unread: z.number() })).length(1);

function keyText(key: RowKey | null): string | null {
  return key === null ? null : JSON.stringify(key);
}

/**
 * The next ranges to look at, in the order of their ids: those after `verified`, and before it those that turned out
 * to differ.
 */
export async function readRanges(
  db: D1Database,
  entity: Entity,
  verified: number,
  bound: number,
  limit: number,
): Promise<StoredRange[]> {
  const { results } = await db
    .prepare(
      `SELECT id, after_key, upto_key, row_count, checksum FROM sync_ranges
       WHERE entity = ?1 AND id <= ?2 AND retired = 0 AND (id > ?3 OR checksum IS NULL) ORDER BY id LIMIT ?4`,
    )
    .bind(entity, bound, verified, limit)
    .all();
  return rangesSchema.parse(results);
}

/** The greatest id of the ranges that there are (0 for none), and whether one of them must be read. */
export async function rangesBound(db: D1Database, entity: Entity): Promise<{ bound: number; unread: boolean }> {
  const { results } = await db
    .prepare(
      "SELECT max(id) AS bound, coalesce(max(checksum IS NULL), 0) AS unread FROM sync_ranges WHERE entity = ? AND retired = 0",
    )
    .bind(entity)
    .all();
  const [row] = boundSchema.parse(results);
  return { bound: row?.bound ?? 0, unread: row?.unread === 1 };
}

/** Row keys that a range had when it was last read. */
export async function readRangeKeys(db: D1Database, entity: Entity, id: number): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT id, row_keys FROM sync_ranges WHERE entity = ? AND id = ?")
    .bind(entity, id)
    .all();
  const [row] = keysRowSchema.parse(results);
  return row === undefined ? [] : keySchema.parse(JSON.parse(row.row_keys));
}

/** The next keys that were left behind, with the id under which {@link dropRangeStatement} forgets them. */
export async function readRetiredKeys(db: D1Database, entity: Entity): Promise<{ id: number; keys: string[] } | null> {
  const { results } = await db
    .prepare("SELECT id, row_keys FROM sync_ranges WHERE entity = ? AND retired = 1 ORDER BY id LIMIT 1")
    .bind(entity)
    .all();
  const [row] = keysRowSchema.parse(results);
  return row === undefined ? null : { id: row.id, keys: keySchema.parse(JSON.parse(row.row_keys)) };
}

/** The statement that adds a range. */
export function insertRangeStatement(
  db: D1Database,
  entity: Entity,
  range: StoredRange,
  rowKeys: readonly string[],
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT OR REPLACE INTO sync_ranges (entity, id, after_key, upto_key, retired, row_count, checksum, row_keys)
       VALUES (?, ?, ?, ?, 0, ?, ?, ?)`,
    )
    .bind(
      entity,
      range.id,
      keyText(range.after),
      keyText(range.upto),
      range.rows,
      range.checksum,
      JSON.stringify(rowKeys),
    );
}

/** The statement that keeps keys which no range is known to hold, until the source is asked for them. */
export function insertRetiredStatement(
  db: D1Database,
  entity: Entity,
  id: number,
  rowKeys: readonly string[],
): D1PreparedStatement {
  return db
    .prepare("INSERT OR REPLACE INTO sync_ranges (entity, id, retired, row_count, row_keys) VALUES (?, ?, 1, ?, ?)")
    .bind(entity, id, rowKeys.length, JSON.stringify(rowKeys));
}

/** The statement that notes that the source has other rows in a range than before. @param rows how many it has */
export function markUnreadStatement(db: D1Database, entity: Entity, id: number, rows: number): D1PreparedStatement {
  return db
    .prepare("UPDATE sync_ranges SET checksum = NULL, row_count = ? WHERE entity = ? AND id = ?")
    .bind(rows, entity, id);
}

/** The statement after which every range must be read. */
export function markAllUnreadStatement(db: D1Database, entity: Entity): D1PreparedStatement {
  return db
    .prepare("UPDATE sync_ranges SET checksum = NULL WHERE entity = ? AND retired = 0 AND checksum IS NOT NULL")
    .bind(entity);
}

/** The statement that gives the division up: of its ranges only the keys still matter. */
export function retireAllStatement(db: D1Database, entity: Entity): D1PreparedStatement {
  return db.prepare("UPDATE sync_ranges SET retired = 1 WHERE entity = ? AND retired = 0").bind(entity);
}

/** The statement that forgets a range. */
export function dropRangeStatement(db: D1Database, entity: Entity, id: number): D1PreparedStatement {
  return db.prepare("DELETE FROM sync_ranges WHERE entity = ? AND id = ?").bind(entity, id);
}

/** The greatest id that any range of an entity has, retired ones included; 0 for none. */
export async function greatestRangeId(db: D1Database, entity: Entity): Promise<number> {
  const { results } = await db
    .prepare("SELECT max(id) AS bound, 0 AS unread FROM sync_ranges WHERE entity = ?")
    .bind(entity)
    .all();
  return boundSchema.parse(results)[0]?.bound ?? 0;
}
