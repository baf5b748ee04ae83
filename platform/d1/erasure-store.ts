import { z } from "zod";

import type { OrderRecord } from "../../domain/catalogue/records.ts";
import { rowKeysOf } from "../../domain/erasure/mentions.ts";
import { recordHash } from "../../domain/sync/compare.ts";
import { quoted } from "../../domain/sync/row-fault.ts";
import { jsonParts } from "./push-sql.ts";

/** Whose an order is that an erased user placed. */
const NOBODY = "";
/** Orders that are read at once: each has its lines with it. */
const ORDERS_PER_PAGE = 500;

/** What was a user's in D1, in rows. A type, not an interface: a workflow's step hands it on. */
export type ErasedRows = {
  users: number;
  pushes: number;
  /** Orders that are nobody's now. */
  orders: number;
  ratings: number;
  /** Earlier states of the user and the ratings. */
  versions: number;
  embeddings: number;
  /** Rows of the source that could not be used. */
  quarantine: number;
};

/** The figures of users' features in which one user's value stands, and that they are owed anew. */
const FIGURES = [
  "UPDATE features SET minimum = NULL, maximum = NULL WHERE entity = 'users'",
  "UPDATE sync_state SET value = json_set(value, '$.owed', json('true')) WHERE name = 'features_counted:users'",
];

const ordersSchema = z.array(
  z.object({
    order_id: z.string(),
    ordered_at: z.number(),
    date_only: z.number(),
    cancelled: z.number(),
    lines: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.array(z.object({ item_id: z.string(), quantity: z.number(), price: z.number() }))),
  }),
);

/** A hash as the sync would make it of an order that is nobody's, so that it finds the order unchanged. */
function hashOf(row: z.infer<typeof ordersSchema>[number]): string {
  const order: OrderRecord = {
    orderId: row.order_id,
    userId: NOBODY,
    orderedAt: row.ordered_at,
    dateOnly: row.date_only !== 0,
    cancelled: row.cancelled !== 0,
    lines: row.lines,
  };
  return recordHash(order);
}

/** Makes a user's orders nobody's: what was sold, and what was bought together, stays. */
async function eraseOrders(db: D1Database, userId: string): Promise<number> {
  const read = `SELECT order_id, ordered_at, date_only, cancelled, lines FROM orders WHERE user_id = ? LIMIT ${ORDERS_PER_PAGE}`;
  const write = `UPDATE orders AS t SET user_id = '${NOBODY}', row_hash = k.value ->> 1
    FROM json_each(?1) AS k WHERE t.order_id = k.value ->> 0 AND t.user_id = ?2`;
  for (let orders = 0; ;) {
    const { results } = await db.prepare(read).bind(userId).all();
    const rows = ordersSchema.parse(results);
    if (rows.length === 0) return orders;
    const parts = jsonParts(rows.map((row) => [row.order_id, hashOf(row)]));
    await db.batch(parts.map((part) => db.prepare(write).bind(part, userId)));
    orders += rows.length;
  }
}

/**
 * Removes what D1 has of a user. Orders stay as nobody's. Repeated it finds what came since: a sync, or a push, that was
 * on its way when the user was erased.
 */
export async function eraseUserRows(db: D1Database, userId: string): Promise<ErasedRows> {
  const keys = rowKeysOf(userId);
  const startsWith = (column: string): string => `substr(${column}, 1, length(?1)) = ?1`;
  const orders = await eraseOrders(db, userId);
  const results = await db.batch([
    // The least and the greatest value of a feature may be theirs: they are counted again.
    ...FIGURES.map((sql) => db.prepare(`${sql} AND EXISTS (SELECT 1 FROM users WHERE user_id = ?)`).bind(userId)),
    db.prepare("DELETE FROM users WHERE user_id = ?").bind(userId),
    db.prepare("DELETE FROM user_pushes WHERE user_id = ?").bind(userId),
    db.prepare("DELETE FROM ratings WHERE user_id = ?").bind(userId),
    // After the rows, whose triggers write them.
    db.prepare("DELETE FROM user_versions WHERE user_id = ?").bind(userId),
    db.prepare("DELETE FROM rating_versions WHERE user_id = ?").bind(userId),
    db.prepare("DELETE FROM user_embeddings WHERE user_id = ?").bind(userId),
    db.prepare("DELETE FROM sync_quarantine WHERE entity = 'users' AND row_key = ?").bind(keys.user),
    db.prepare(`DELETE FROM sync_quarantine WHERE entity = 'ratings' AND ${startsWith("row_key")}`).bind(keys.ratings),
    db
      .prepare(
        "UPDATE sync_quarantine SET detail = 'There is no such user.' WHERE reason = 'unknown_user' AND instr(detail, ?)",
      )
      .bind(quoted(userId)),
  ]);
  const [users = 0, pushes = 0, ratings = 0, ofUser = 0, ofRatings = 0, embeddings = 0, ...set] = results
    .slice(FIGURES.length)
    .map(({ meta }) => meta.changes);
  const [user = 0, own = 0, named = 0] = set;
  return {
    users,
    pushes,
    orders,
    ratings,
    versions: ofUser + ofRatings,
    embeddings,
    quarantine: user + own + named,
  };
}

const erasedAtSchema = z.array(z.object({ erased_at: z.number() })).max(1);

/** When a user was last erased, milliseconds since 1970 UTC; null for one who was not. */
export async function readErasedAt(db: D1Database, pseudonym: string): Promise<number | null> {
  const { results } = await db.prepare("SELECT erased_at FROM erased_users WHERE pseudonym = ?").bind(pseudonym).all();
  return erasedAtSchema.parse(results)[0]?.erased_at ?? null;
}
