import { z } from "zod";

/** How many there were at a time. */
export interface CatalogueCounts {
  /** Users who were there, without those who are deleted since. */
  readonly users: number;
  readonly items: number;
  /** Ratings of users who are not deleted since. */
  readonly ratings: number;
}

const countSchema = z.array(z.object({ n: z.number().int() })).length(1);

interface Counted {
  readonly rows: string;
  readonly versions: string;
  readonly key: string;
  /** SQL that is true for rows `t` that count. */
  readonly counts: string;
}

const OF_GONE_USER = "SELECT user_id FROM users WHERE deleted_at IS NOT NULL";
const COUNTED: Readonly<Record<keyof CatalogueCounts, Counted>> = {
  users: { rows: "users", versions: "user_versions", key: "user_id", counts: "t.deleted_at IS NULL" },
  items: { rows: "items", versions: "item_versions", key: "item_id", counts: "true" },
  ratings: {
    rows: "ratings",
    versions: "rating_versions",
    key: "user_id, item_id",
    counts: `t.user_id NOT IN (${OF_GONE_USER})`,
  },
};

/**
 * Those that are there now, less those whose first change since was to come, and those whose first change since was to
 * go. `existed` beside `min(until)` is that of the row with the least `until` (sqlite.org/lang_select.html#bareagg).
 */
function countSql({ rows, versions, key, counts }: Counted): string {
  return `SELECT (SELECT count(*) FROM ${rows} AS t WHERE t.deleted_at IS NULL AND ${counts})
    + (SELECT coalesce(sum(first.existed - (t.deleted_at IS NULL)), 0)
       FROM (SELECT ${key}, existed, min(until) FROM ${versions} WHERE until > ?1 GROUP BY ${key}) AS first
       CROSS JOIN ${rows} AS t USING (${key}) WHERE ${counts}) AS n`;
}

/**
 * Counts what was there at a time, in SQL alone and otherwise than the readers of the same do it: an export checks the
 * one by the other.
 * @param asOf milliseconds since 1970 UTC
 */
export async function countCatalogueAsOf(db: D1Database, asOf: number): Promise<CatalogueCounts> {
  const count = (counted: Counted): D1PreparedStatement => db.prepare(countSql(counted)).bind(asOf);
  const { users, items, ratings } = COUNTED;
  const results = await db.batch([count(users), count(items), count(ratings)]);
  const [inUsers = 0, inItems = 0, inRatings = 0] = results.map(({ results }) => countSchema.parse(results)[0]?.n ?? 0);
  return { users: inUsers, items: inItems, ratings: inRatings };
}
