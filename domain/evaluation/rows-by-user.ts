/** The rows of each user, in the order in which they came. */
export function rowsByUser<Row extends { readonly userId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const users = new Map<string, Row[]>();
  for (const row of rows) {
    const own = users.get(row.userId);
    if (own === undefined) users.set(row.userId, [row]);
    else own.push(row);
  }
  return users;
}

/** A user's rows, oldest first; rows of one time, and all rows where a time is missing, stay in the file's order. */
export function inOrder<Row extends { readonly at: number | null }>(rows: readonly Row[]): readonly Row[] {
  return rows.some((row) => row.at === null) ? rows : rows.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

/** The items of some rows, each once, by id. */
export function itemIdsOf(rows: readonly { readonly itemId: string }[]): string[] {
  return [...new Set(rows.map((row) => row.itemId))].sort();
}
