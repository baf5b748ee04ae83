/** What a row of counters by line is of, and what it counts: the order in which an entry of `line_deltas` has them. */
export const LINE_KEYS = ["hour", "grain", "line", "country", "currency"] as const;
export const LINE_SUMS = ["views", "carts", "removals", "purchases", "quantity", "revenue"] as const;

/** Flushes that one transaction brings over: some minutes of sixteen busy shards. */
const FLUSHES_PER_TRANSACTION = 1_000;

const place = (name: (typeof LINE_KEYS)[number] | (typeof LINE_SUMS)[number]): number =>
  [...LINE_KEYS, ...LINE_SUMS].indexOf(name);

/** SQL of entries added up. @param where which flushes are meant; all, when nothing is said */
function summedEntries(keys: readonly (typeof LINE_KEYS)[number][], where = "true"): string {
  return `SELECT ${[
    ...keys.map((name) => `entry.value ->> ${place(name)} AS ${name}`),
    ...LINE_SUMS.map((name) => `sum(entry.value ->> ${place(name)}) AS ${name}`),
  ].join(", ")}
  FROM line_deltas CROSS JOIN json_each(line_deltas.entries) AS entry WHERE ${where}
  GROUP BY ${keys.map((_, column) => column + 1).join(", ")}`;
}

/**
 * SQL of what flushes have counted by line and country in the last minutes, in rows as `hourly_line_countries` has
 * them: whoever reads that table or `hourly_lines` adds these. Added up, so that however many spans a question has, each
 * looks at some hundred rows and not at every entry.
 */
export const LINE_DELTAS = `(${summedEntries(LINE_KEYS)})`;

function mergeSql(table: string, keys: readonly (typeof LINE_KEYS)[number][]): string {
  return `INSERT INTO ${table} (${[...keys, ...LINE_SUMS].join(", ")})
    ${summedEntries(keys, "line_deltas.id <= ?1")}
    ON CONFLICT (${keys.join(", ")}) DO UPDATE SET
      ${LINE_SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;
}

const MERGE_LINE_COUNTRIES = mergeSql("hourly_line_countries", LINE_KEYS);
const MERGE_LINES = mergeSql(
  "hourly_lines",
  LINE_KEYS.filter((name) => name !== "country"),
);
const NEXT = "SELECT max(id) AS id FROM (SELECT id FROM line_deltas ORDER BY id LIMIT ?1)";

/**
 * Adds what flushes have counted by line to the hourly tables. A flush writes its lines as one row, and not a row a line
 * in two tables, since a flush of thirty events is of nearly every line. Two may do it at once: what one has brought
 * over is no longer there for the other.
 * @returns how many flushes were brought over
 */
export async function mergeLineDeltas(db: D1Database): Promise<number> {
  let merged = 0;
  for (;;) {
    const id = await db.prepare(NEXT).bind(FLUSHES_PER_TRANSACTION).first<number | null>("id");
    if (id === null) return merged;
    const [, , removed] = await db.batch(
      [MERGE_LINE_COUNTRIES, MERGE_LINES, "DELETE FROM line_deltas WHERE id <= ?1"].map((sql) =>
        db.prepare(sql).bind(id),
      ),
    );
    merged += removed?.meta.changes ?? 0;
  }
}
