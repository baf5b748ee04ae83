import { z } from "zod";

import type { FeatureValue } from "../../domain/catalogue/records.ts";
import { type PushedField, pushedFieldSchema } from "../../domain/sync/pushes.ts";
import {
  fieldJson,
  jsonParts,
  markChangedStatements,
  NEXT_RUN,
  overlayAssignments,
  PUSH_TABLES,
  type PushEntity,
  type PushTables,
} from "./push-sql.ts";

/** A pushed field together with its text in D1, by which a later statement knows whether it is still the same. */
export interface StoredPush {
  readonly field: PushedField;
  readonly text: string;
}

/** What becomes of one pushed field. */
export interface FieldChange {
  readonly before: StoredPush;
  /** Null: it is dropped. */
  readonly after: PushedField | null;
  /** What the source says. */
  readonly said: FeatureValue;
}

/** Pushed fields by name, by row key. */
export type ByRow<Value> = ReadonlyMap<string, ReadonlyMap<string, Value>>;

const storedSchema = z.array(z.object({ id: z.string(), name: z.string(), field: z.string() }));

function storedPushes(results: unknown): ByRow<StoredPush> {
  const found = new Map<string, Map<string, StoredPush>>();
  for (const { id, name, field: text } of storedSchema.parse(results)) {
    const fields = found.get(id) ?? new Map<string, StoredPush>();
    fields.set(name, { field: pushedFieldSchema.parse(JSON.parse(text)), text });
    found.set(id, fields);
  }
  return found;
}

/** What was pushed about these rows. One query a page. */
export async function readPushes(
  db: D1Database,
  entity: PushEntity,
  keys: readonly string[],
): Promise<ByRow<StoredPush>> {
  const { pushes, key } = PUSH_TABLES[entity];
  const sql = `SELECT p.${key} AS id, f.key AS name, f.value AS field
    FROM json_each(?) AS k CROSS JOIN ${pushes} AS p ON p.${key} = k.value CROSS JOIN json_each(p.fields) AS f`;
  const found = new Map<string, ReadonlyMap<string, StoredPush>>();
  for (const part of jsonParts(keys)) {
    const { results } = await db.prepare(sql).bind(part).all();
    for (const [id, fields] of storedPushes(results)) found.set(id, fields);
  }
  return found;
}

/** Pushes made before `before` that the source has confirmed or spoken against, of some rows. */
export async function readOverduePushes(
  db: D1Database,
  entity: PushEntity,
  before: Date,
  rows: number,
): Promise<ByRow<StoredPush>> {
  const { pushes, key } = PUSH_TABLES[entity];
  const overdue = `(f.value ->> '$.at') <= ?1 AND
    (f.value -> '$.seen' IS NOT NULL OR (f.value ->> '$.value') IS (f.value ->> '$.sourceValue'))`;
  const { results } = await db
    .prepare(
      `SELECT p.${key} AS id, f.key AS name, f.value AS field FROM ${pushes} AS p CROSS JOIN json_each(p.fields) AS f
       WHERE p.${key} IN (SELECT p.${key} FROM ${pushes} AS p CROSS JOIN json_each(p.fields) AS f WHERE ${overdue} LIMIT ?2)
       AND ${overdue}`,
    )
    .bind(before.getTime(), rows)
    .all();
  return storedPushes(results);
}

/** `[key, { field: [text before, text after or null, what the source says as JSON] }]`. */
function packed(changes: ReadonlyMap<string, FieldChange>): Record<string, [string, string | null, string]> {
  return Object.fromEntries(
    [...changes].map(([name, { before, after, said }]) => [
      name,
      [before.text, after === null ? null : JSON.stringify(after), JSON.stringify(said)],
    ]),
  );
}

/**
 * The statement that changes pushed fields. A field that is no longer what was read was pushed again meanwhile: it
 * stays, and so does one that came meanwhile. Where the row was just written from the source, what the source said is
 * older than such a push and becomes its `sourceValue`: known for the fields that were read, and in the row itself for
 * the others, since nothing pushed was put over them.
 */
function changeSql(tables: PushTables, rowIsNew: boolean): string {
  const { rows, pushes, key } = tables;
  const since = (said: string): string =>
    rowIsNew ? `json_set(json_remove(e.value, '$.seen'), '$.sourceValue', json(${said}))` : "e.value";
  return `UPDATE ${pushes} AS p SET fields = (
      SELECT json_group_object(f.name, json(f.field)) FROM (
        SELECT e.key AS name, CASE
          WHEN c.key IS NULL THEN ${since(fieldJson(tables, "t", "e.key"))}
          WHEN c.value ->> 0 = e.value THEN c.value ->> 1
          ELSE ${since("c.value ->> 2")} END AS field
        FROM json_each(p.fields) AS e LEFT JOIN json_each(k.value, '$[1]') AS c ON c.key = e.key
      ) AS f WHERE f.field IS NOT NULL)
    FROM json_each(?1) AS k CROSS JOIN ${rows} AS t
    WHERE p.${key} = k.value ->> 0 AND t.${key} = p.${key}`;
}

function dropEmptySql({ pushes, key }: PushTables): string {
  return `DELETE FROM ${pushes} WHERE fields = '{}' AND ${key} IN (SELECT value ->> 0 FROM json_each(?1))`;
}

function overlaySql(tables: PushTables): string {
  const { rows, pushes, key } = tables;
  return `UPDATE ${rows} AS t SET ${overlayAssignments(tables, "t", "p")} FROM ${pushes} AS p
    WHERE p.${key} IN (SELECT value ->> 0 FROM json_each(?1)) AND t.${key} = p.${key} AND t.deleted_at IS NULL`;
}

/**
 * Statements for rows that were just written from the source, to follow that in the same transaction: pushes become
 * what `changes` says, and what is pushed now is put over the rows once more.
 *
 * The pushes were read before the transaction, and the shop may have pushed since. Neither is lost: every statement
 * looks at the push rows as they are inside the transaction, and D1 has one writer.
 * @param keys of all rows that were written, also of those about which nothing had been pushed
 */
export function keptPushesStatements(
  db: D1Database,
  entity: PushEntity,
  keys: readonly string[],
  changes: ByRow<FieldChange>,
): D1PreparedStatement[] {
  const tables = PUSH_TABLES[entity];
  const rows = keys.map((key) => {
    const own = changes.get(key);
    return own === undefined ? [key] : [key, packed(own)];
  });
  return jsonParts(rows).flatMap((part) =>
    [changeSql(tables, true), dropEmptySql(tables), overlaySql(tables)].map((sql) => db.prepare(sql).bind(part)),
  );
}

/** Values that the source has for fields whose push it has overruled, in the form of pushes. */
function restoredFields(changes: ReadonlyMap<string, FieldChange>): [string, { value: FeatureValue }][] {
  return [...changes].flatMap(([name, { before, said }]): [string, { value: FeatureValue }][] =>
    said === before.field.value ? [] : [[name, { value: said }]],
  );
}

/**
 * Statements that drop pushed fields and give the rows the values that the source has for them. Nobody else may write
 * rows from the source meanwhile; the shop may push.
 */
export function settledPushesStatements(
  db: D1Database,
  entity: PushEntity,
  changes: ByRow<FieldChange>,
): D1PreparedStatement[] {
  const tables = PUSH_TABLES[entity];
  const { rows, key } = tables;
  const restored = [...changes].flatMap(([id, own]) => {
    const fields = restoredFields(own);
    return fields.length === 0 ? [] : [[id, Object.fromEntries(fields)]];
  });
  const restoreSql = `UPDATE ${rows} AS t SET ${overlayAssignments(tables, "t", "p")}, changed_run = ${NEXT_RUN}
    FROM (SELECT value ->> 0 AS id, value -> 1 AS fields FROM json_each(?1)) AS p
    WHERE t.${key} = p.id AND t.deleted_at IS NULL`;
  const restoredParts = jsonParts(restored);
  return [
    ...restoredParts.map((part) => db.prepare(restoreSql).bind(part)),
    ...jsonParts([...changes].map(([id, own]) => [id, packed(own)])).flatMap((part) =>
      // What was pushed again meanwhile is still there, and wins over what was just restored.
      [changeSql(tables, false), dropEmptySql(tables), overlaySql(tables)].map((sql) => db.prepare(sql).bind(part)),
    ),
    ...(entity === "items" ? markChangedStatements(db, restoredParts) : []),
  ];
}

/** Statements that forget what was pushed about these rows. */
export function dropPushes(db: D1Database, entity: PushEntity, keys: readonly string[]): D1PreparedStatement[] {
  const { pushes, key } = PUSH_TABLES[entity];
  const sql = `DELETE FROM ${pushes} WHERE ${key} IN (SELECT value FROM json_each(?))`;
  return jsonParts(keys).map((part) => db.prepare(sql).bind(part));
}
