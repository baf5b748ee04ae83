/** A statement takes 2 MB of text; the longest rows here, those of syncs, come to 500 bytes. */
const ROWS_PER_STATEMENT = 3_000;

/** Inserts rows, whose cells are in the order of `columns`. */
export async function insertRows(
  db: D1Database,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): Promise<void> {
  const cells = columns.map((_, place) => `value ->> ${place}`).join(", ");
  const insert = db.prepare(
    `INSERT INTO ${table} (${columns.map((name) => `"${name}"`).join(", ")}) SELECT ${cells} FROM json_each(?)`,
  );
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await insert.bind(JSON.stringify(rows.slice(start, start + ROWS_PER_STATEMENT))).run();
  }
}
