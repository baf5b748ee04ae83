/** How far pruning has come: a table and the key of the last of its versions that were looked at, null at its beginning. */
export interface PruneCursor {
  readonly table: VersionTable;
  readonly key: readonly (string | number)[] | null;
}
type VersionTable = keyof typeof KEYS;

const KEYS = {
  user_versions: ["user_id", "until"],
  item_versions: ["item_id", "until"],
  rating_versions: ["user_id", "item_id", "until"],
  feature_versions: ["entity", "name", "until"],
} as const;
const TABLES = [
  "user_versions",
  "item_versions",
  "rating_versions",
  "feature_versions",
] as const satisfies readonly VersionTable[];

/**
 * Deletes versions of a slice that ended before a time. What is the oldest state of a record from then on counts as what
 * it was for as long as is known. There is no index by time, so that a change writes one row: a slice is a piece of the
 * key, small enough for what a statement of D1 may take.
 * @param before milliseconds since 1970 UTC: reading as of this time or a later one gives what it gave
 * @param after what the call before gave, null for the first
 * @param rows how many versions the slice has
 * @returns where the next slice begins, null when all is done
 */
export async function pruneVersions(
  db: D1Database,
  before: number,
  after: PruneCursor | null,
  rows: number,
): Promise<PruneCursor | null> {
  const { table, key } = after ?? { table: TABLES[0], key: null };
  const columns = KEYS[table].join(", ");
  const places = KEYS[table].map(() => "?").join(", ");
  const isAfter = key === null ? "true" : `(${columns}) > (${places})`;
  const last = await db
    .prepare(`SELECT ${columns} FROM ${table} WHERE ${isAfter} ORDER BY ${columns} LIMIT 1 OFFSET ?`)
    .bind(...(key ?? []), rows - 1)
    .raw<(string | number)[]>();
  const [end] = last;
  const isUpTo = end === undefined ? "true" : `(${columns}) <= (${places})`;
  await db
    .prepare(`DELETE FROM ${table} WHERE ${isAfter} AND ${isUpTo} AND until < ?`)
    .bind(...(key ?? []), ...(end ?? []), before)
    .run();
  if (end !== undefined) return { table, key: end };
  const next = TABLES[TABLES.indexOf(table) + 1];
  return next === undefined ? null : { table: next, key: null };
}
