import { z } from "zod";

import { LIVE_ITEMS_MAX, type LiveItems } from "../../domain/catalogue/live-items.ts";

/** Numbers of the last push in the snapshot before the present one and in the present one, as a JSON array. */
const SNAPSHOTS = "push_seq_in_snapshots";

const throughSchema = z.array(z.object({ through: z.number().int() })).length(1);
const rowsSchema = z.array(
  z.object({
    item_id: z.string(),
    seq: z.number().int(),
    price: z.number(),
    stock: z.number().nullable(),
    gone: z.number(),
  }),
);

/**
 * Items that were pushed since the snapshot before the present one, as they are now: an isolate may still serve that
 * one while it loads the present one.
 */
export async function readLiveItems(db: D1Database): Promise<LiveItems> {
  // One transaction: the number must not be greater than what the rows show.
  const [counter, pushed] = await db.batch([
    db.prepare(
      "SELECT coalesce((SELECT CAST(value AS INTEGER) FROM sync_state WHERE name = 'push_seq'), 0) AS through",
    ),
    db
      .prepare(
        `SELECT i.item_id, p.seq, i.price, i.stock, i.hidden OR i.deleted_at IS NOT NULL AS gone
         FROM item_pushes AS p CROSS JOIN items AS i ON i.item_id = p.item_id
         WHERE p.seq > coalesce((SELECT value ->> 0 FROM sync_state WHERE name = ?), 0)
         ORDER BY p.seq DESC LIMIT ?`,
      )
      .bind(SNAPSHOTS, LIVE_ITEMS_MAX),
  ]);
  return {
    format: 1,
    through: throughSchema.parse(counter?.results)[0]?.through ?? 0,
    items: rowsSchema.parse(pushed?.results).map((row) => [row.item_id, row.seq, row.price, row.stock, row.gone !== 0]),
  };
}

/** Notes that a snapshot with every push through `pushSeq` is served. */
export async function noteSnapshot(db: D1Database, pushSeq: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO sync_state (name, value) VALUES (?1, json_array(0, ?2))
       ON CONFLICT (name) DO UPDATE SET value = json_array(value ->> 1, ?2)`,
    )
    .bind(SNAPSHOTS, pushSeq)
    .run();
}
