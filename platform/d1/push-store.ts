import { z } from "zod";

import type { FeatureValues, ItemRecord } from "../../domain/catalogue/records.ts";
import {
  elementJson,
  fieldJson,
  jsonParts,
  markChangedStatements,
  NEXT_RUN,
  overlayAssignments,
  PUSH_TABLES,
  type PushTables,
} from "./push-sql.ts";

/** What the shop says of one item or user: values by field name (see `domain/sync/pushes.ts`). */
export interface Push {
  readonly id: string;
  readonly fields: FeatureValues;
}

/** What became of pushes about items. */
export interface PushedItems {
  /** Number of this push: greater than that of every earlier one. */
  readonly seq: number;
  /** The items as they now are, by id. One that is missing is not known. */
  readonly items: ReadonlyMap<string, ItemRecord>;
  /** Ids of items that are new, or that the source had deleted. */
  readonly created: ReadonlySet<string>;
}

const COUNTER = "push_seq";
const SEQ = `(SELECT CAST(value AS INTEGER) FROM sync_state WHERE name = '${COUNTER}')`;

const idsSchema = z.array(z.object({ id: z.string() }));
const seqSchema = z.array(z.object({ value: z.coerce.number().int() }));
const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const json = z.string().transform((text): unknown => JSON.parse(text));
const itemRowSchema = z
  .object({
    item_id: z.string(),
    name: z.string(),
    category: z.string(),
    price: z.number(),
    stock: z.number().nullable(),
    hidden: z.number(),
    image: z.string().nullable(),
    url: z.string().nullable(),
    public_values: json.pipe(scalars),
    features: json.pipe(scalars),
  })
  .transform(({ item_id, public_values, hidden, ...row }): ItemRecord => ({
    ...row,
    itemId: item_id,
    hidden: hidden !== 0,
    publicValues: public_values,
  }));

/** Two pushes about the same row in one request: the later one's fields win, as if they had come one by one. */
function united(pushes: readonly Push[]): [string, FeatureValues][] {
  const byId = new Map<string, FeatureValues>();
  for (const { id, fields } of pushes) byId.set(id, { ...byId.get(id), ...fields });
  return [...byId];
}

/**
 * The statement that adds pushed fields to the push rows. It takes the source's value from the earlier push of the
 * field, else from the row itself, which is the source's where nothing was pushed; of a row that the source does not
 * have (`row_hash` is empty, or it is deleted) it is null. It runs before the row is touched.
 */
function pushSql(tables: PushTables, onlyKnown: boolean): string {
  const { rows, pushes, key } = tables;
  const counted = rows === "items";
  const said = `coalesce(
      (SELECT coalesce(o.value -> '$.seen', o.value -> '$.sourceValue') FROM json_each(p.fields) AS o WHERE o.key = v.key),
      CASE WHEN t.row_hash <> '' AND t.deleted_at IS NULL THEN ${fieldJson(tables, "t", "v.key")} END,
      'null')`;
  return `INSERT INTO ${pushes} (${key}, fields${counted ? ", seq" : ""})
    SELECT n.value ->> 0, (
      SELECT json_group_object(f.name, json(f.field)) FROM (
        SELECT o.key AS name, o.value AS field FROM json_each(p.fields) AS o
        WHERE o.key NOT IN (SELECT key FROM json_each(n.value, '$[1]'))
        UNION ALL
        SELECT v.key, json_object('value', json(${elementJson("v")}), 'at', ?2, 'sourceValue', json(${said}))
        FROM json_each(n.value, '$[1]') AS v
      ) AS f)${counted ? `, ${SEQ}` : ""}
    FROM json_each(?1) AS n
    LEFT JOIN ${rows} AS t ON t.${key} = n.value ->> 0
    LEFT JOIN ${pushes} AS p ON p.${key} = n.value ->> 0
    WHERE ${onlyKnown ? `t.${key} IS NOT NULL AND t.deleted_at IS NULL` : "true"}
    ON CONFLICT (${key}) DO UPDATE SET fields = excluded.fields${counted ? ", seq = excluded.seq" : ""}`;
}

/** The statement that makes rows of what is only pushed; `row_hash` stays empty, since no record of the source is in it. */
function createSql({ rows, key, blank }: PushTables): string {
  const columns = Object.keys(blank);
  return `INSERT INTO ${rows} (${key}, ${columns.join(", ")})
    SELECT value ->> 0, ${Object.values(blank).join(", ")} FROM json_each(?1) WHERE true
    ON CONFLICT (${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}
    WHERE ${rows}.deleted_at IS NOT NULL`;
}

/** What one part of the pushes does, in order: which rows there are, the pushes, missing rows, and the rows as they now are. */
function partStatements(
  db: D1Database,
  tables: PushTables,
  part: string,
  now: Date,
  onlyKnown: boolean,
): D1PreparedStatement[] {
  const { rows, pushes, key } = tables;
  const known = `SELECT t.${key} AS id FROM json_each(?1) AS n CROSS JOIN ${rows} AS t ON t.${key} = n.value ->> 0 WHERE t.deleted_at IS NULL`;
  const effective = `UPDATE ${rows} AS t SET ${overlayAssignments(tables, "t", "p")}, changed_run = ${NEXT_RUN}
    FROM ${pushes} AS p
    WHERE p.${key} IN (SELECT value ->> 0 FROM json_each(?1)) AND t.${key} = p.${key} AND t.deleted_at IS NULL
    RETURNING ${key}, ${[...tables.columns, "features"].join(", ")}`;
  return [
    db.prepare(known).bind(part),
    db.prepare(pushSql(tables, onlyKnown)).bind(part, now.getTime()),
    ...(onlyKnown ? [] : [db.prepare(createSql(tables)).bind(part)]),
    db.prepare(effective).bind(part),
  ];
}

/** A counter of its own: the greatest number in the table would go back when its row is dropped. */
function raiseCounter(db: D1Database): D1PreparedStatement {
  return db.prepare(
    `INSERT INTO sync_state (name, value) VALUES ('${COUNTER}', '1')
     ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value`,
  );
}

/**
 * Stores what the shop says of items, and the items as they are with it, in one transaction: D1 has one writer, so two
 * pushes at once take effect one after the other, whatever isolates they came to.
 * @param kind `change` leaves unknown items alone, `replace` creates them; what a push does not name stays as it is
 */
export async function pushItems(
  db: D1Database,
  pushes: readonly Push[],
  kind: "change" | "replace",
  now: Date,
): Promise<PushedItems> {
  const onlyKnown = kind === "change";
  const parts = jsonParts(united(pushes));
  const statements = parts.map((part) => partStatements(db, PUSH_TABLES.items, part, now, onlyKnown));
  const [counter, ...results] = await db.batch([
    raiseCounter(db),
    ...statements.flat(),
    ...markChangedStatements(db, parts),
  ]);
  const known = new Set<string>();
  const items = new Map<string, ItemRecord>();
  let first = 0;
  for (const { length } of statements) {
    for (const { id } of idsSchema.parse(results[first]?.results)) known.add(id);
    for (const row of z.array(itemRowSchema).parse(results[first + length - 1]?.results)) items.set(row.itemId, row);
    first += length;
  }
  const created = new Set([...items.keys()].filter((id) => !known.has(id)));
  return { seq: seqSchema.parse(counter?.results)[0]?.value ?? 0, items, created };
}

/**
 * Stores what the shop says of users, like {@link pushItems}. A user who is not known is created.
 * @returns ids of users that are new, or that the source had deleted
 */
export async function pushUsers(db: D1Database, pushes: readonly Push[], now: Date): Promise<ReadonlySet<string>> {
  const rows = united(pushes);
  const statements = jsonParts(rows).map((part) => partStatements(db, PUSH_TABLES.users, part, now, false));
  const results = await db.batch(statements.flat());
  const known = new Set<string>();
  let first = 0;
  for (const { length } of statements) {
    for (const { id } of idsSchema.parse(results[first]?.results)) known.add(id);
    first += length;
  }
  return new Set(rows.map(([id]) => id).filter((id) => !known.has(id)));
}

/** Number of the last push of any item; 0 before the first. */
export async function readPushSeq(db: D1Database): Promise<number> {
  const { results } = await db.prepare("SELECT value FROM sync_state WHERE name = ?").bind(COUNTER).all();
  return seqSchema.parse(results)[0]?.value ?? 0;
}
