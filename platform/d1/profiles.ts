import { and, desc, eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { SESSION_PURCHASES_MAX, SESSION_RATINGS_MAX } from "../../domain/sessions/session.ts";
import type { UserProfile } from "../../domain/sessions/profile.ts";
import { orders, ratings, users } from "./schema.ts";

/**
 * What is synced of a user: features, country, and the newest purchases and ratings, oldest first. A user whom the
 * shop does not know has no features and no past; that is no error. One round trip.
 */
export async function readProfile(db: D1Database, userId: string): Promise<UserProfile> {
  const database = drizzle(db);
  const [user, orderRows, ratingRows] = await database.batch([
    database
      .select({ features: users.features, country: users.country })
      .from(users)
      .where(and(eq(users.userId, userId), isNull(users.deletedAt))),
    database
      .select({ orderId: orders.orderId, orderedAt: orders.orderedAt, lines: orders.lines })
      .from(orders)
      .where(and(eq(orders.userId, userId), eq(orders.cancelled, false), isNull(orders.deletedAt)))
      .orderBy(desc(orders.orderedAt))
      // Every order has a line: no more orders than lines can be wanted.
      .limit(SESSION_PURCHASES_MAX),
    database
      .select({ itemId: ratings.itemId, rating: ratings.rating, ratedAt: ratings.ratedAt })
      .from(ratings)
      .where(and(eq(ratings.userId, userId), isNull(ratings.deletedAt)))
      .orderBy(desc(ratings.ratedAt))
      .limit(SESSION_RATINGS_MAX),
  ]);
  const purchases = orderRows.flatMap(({ orderId, orderedAt, lines }) =>
    lines.map(({ item_id }) => ({ order_id: orderId, item_id, at: orderedAt })),
  );
  return {
    features: user[0]?.features ?? null,
    country: user[0]?.country ?? null,
    purchases: purchases.slice(0, SESSION_PURCHASES_MAX).reverse(),
    ratings: ratingRows.map(({ itemId, rating, ratedAt }) => ({ item_id: itemId, rating, at: ratedAt })).reverse(),
  };
}
