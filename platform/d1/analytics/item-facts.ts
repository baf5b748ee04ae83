/** What an item is called now, and of which line it is. */
export interface ItemFacts {
  readonly name: string;
  readonly line: string;
}

/** What is known of some items, by id; deleted ones too, as long as they are remembered. */
export async function readItemFacts(
  db: D1Database,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, ItemFacts>> {
  if (itemIds.length === 0) return new Map();
  const { results } = await db
    .prepare(
      "SELECT item_id, name, category AS line FROM items WHERE item_id IN (SELECT value FROM json_each(?)) ORDER BY item_id",
    )
    .bind(JSON.stringify(itemIds))
    .all<ItemFacts & { item_id: string }>();
  return new Map(results.map(({ item_id, name, line }) => [item_id, { name, line }]));
}
