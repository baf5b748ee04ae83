import { FEATURE_PREFIX } from "../../domain/sync/pushes.ts";
import { STATEMENT_JSON_MAX_LENGTH } from "../../domain/sync/limits.ts";

/** What the shop may push about. */
export type PushEntity = "items" | "users";

/** What differs between items and users where pushes are stored. */
export interface PushTables {
  readonly rows: PushEntity;
  readonly pushes: "item_pushes" | "user_pushes";
  readonly key: "item_id" | "user_id";
  /** Columns that can be pushed, under their own names; features come beside them. */
  readonly columns: readonly string[];
  /** Every column of a row of which nothing is known yet, as SQL. */
  readonly blank: Readonly<Record<string, string>>;
}

const NOTHING_PUSHED = { features: "'{}'", row_hash: "''", changed_run: "0", deleted_at: "NULL" };

export const PUSH_TABLES: Readonly<Record<PushEntity, PushTables>> = {
  items: {
    rows: "items",
    pushes: "item_pushes",
    key: "item_id",
    columns: ["name", "category", "price", "stock", "hidden", "image", "url", "public_values"],
    blank: {
      name: "''",
      category: "''",
      price: "0",
      stock: "NULL",
      hidden: "0",
      image: "NULL",
      url: "NULL",
      public_values: "'{}'",
      ...NOTHING_PUSHED,
    },
  },
  users: {
    rows: "users",
    pushes: "user_pushes",
    key: "user_id",
    columns: ["country"],
    blank: { country: "NULL", ...NOTHING_PUSHED },
  },
};

/**
 * The run after the newest one. A row that a push writes belongs to it, since what follows from rows (vectors, the
 * snapshot) reads those of runs after the one through which it is up to date: a run N that is at work may have passed
 * the row already when it says "through N". Read where the row is written, in one transaction, the rule is sound: run
 * N + 1 begins only afterwards, and its followers find the row.
 */
export const NEXT_RUN = "(SELECT coalesce(max(run), 0) + 1 FROM sync_runs)";

/** An element of `json_each` as JSON: SQL alone would make numbers of truths. */
export function elementJson(element: string): string {
  return `CASE ${element}.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN 'null'
    WHEN 'object' THEN ${element}.value WHEN 'array' THEN ${element}.value ELSE json_quote(${element}.value) END`;
}

/** What a row holds under a field's name, as JSON. @param row alias of the row's table @param field SQL that gives the name */
export function fieldJson(tables: PushTables, row: string, field: string): string {
  const columns = tables.columns.map((column) => {
    const json = column === "hidden" ? `iif(${row}.hidden, 'true', 'false')` : `json_quote(${row}.${column})`;
    return `WHEN '${column}' THEN ${json}`;
  });
  return `coalesce(CASE ${field} ${columns.join(" ")}
    ELSE (SELECT ${elementJson("own")} FROM json_each(${row}.features) AS own WHERE '${FEATURE_PREFIX}' || own.key = ${field})
    END, 'null')`;
}

/** Assignments that put pushed values over a row. @param row alias of the row @param pushed alias of what has `fields` */
export function overlayAssignments(tables: PushTables, row: string, pushed: string): string {
  const columns = tables.columns.map(
    (column) =>
      `${column} = iif(${pushed}.fields -> '$.${column}' IS NULL, ${row}.${column}, ${pushed}.fields ->> '$.${column}.value')`,
  );
  const isFeature = `key LIKE '${FEATURE_PREFIX}%'`;
  // Names are compared and never made into JSON paths: no name can break the statement.
  const features = `features = CASE WHEN EXISTS (SELECT 1 FROM json_each(${pushed}.fields) WHERE ${isFeature}) THEN (
      SELECT json_group_object(f.name, json(f.value)) FROM (
        SELECT own.key AS name, ${elementJson("own")} AS value FROM json_each(${row}.features) AS own
        WHERE '${FEATURE_PREFIX}' || own.key NOT IN (SELECT key FROM json_each(${pushed}.fields))
        UNION ALL
        SELECT substr(key, ${FEATURE_PREFIX.length + 1}), coalesce(value -> '$.value', 'null')
        FROM json_each(${pushed}.fields) WHERE ${isFeature}
      ) AS f) ELSE ${row}.features END`;
  return [...columns, features].join(", ");
}

/**
 * Statements that say that the next run's followers have something to do, if one of the items is there. The marker only
 * ever rises: a run that is at work writes its own, smaller number.
 * @param parts JSON arrays of arrays that begin with an item's id
 */
export function markChangedStatements(db: D1Database, parts: readonly string[]): D1PreparedStatement[] {
  const sql = `INSERT INTO sync_state (name, value)
    SELECT 'changed_run', CAST(${NEXT_RUN} AS TEXT) WHERE EXISTS (
      SELECT 1 FROM json_each(?1) AS n CROSS JOIN items AS t ON t.item_id = n.value ->> 0 WHERE t.deleted_at IS NULL)
    ON CONFLICT (name) DO UPDATE SET value = CAST(max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER)) AS TEXT)`;
  return parts.map((part) => db.prepare(sql).bind(part));
}

/** Splits rows so that each part's JSON stays under what one statement may bind. */
export function jsonParts(rows: readonly unknown[]): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let length = 0;
  for (const row of rows) {
    const json = JSON.stringify(row);
    if (part.length > 0 && length + json.length > STATEMENT_JSON_MAX_LENGTH) {
      parts.push(`[${part.join(",")}]`);
      [part, length] = [[], 0];
    }
    part.push(json);
    length += json.length + 1;
  }
  if (part.length > 0) parts.push(`[${part.join(",")}]`);
  return parts;
}
