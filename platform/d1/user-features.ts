import { and, asc, isNotNull, isNull, ne, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { UserRecord } from "../../domain/catalogue/records.ts";
import { users } from "./schema.ts";

const columns = { userId: users.userId, country: users.country, features: users.features };

/** What is known of those of these users whom the shop has, by id: at most some hundreds at a time. */
export async function readUserFeatures(db: D1Database, userIds: readonly string[]): Promise<Map<string, UserRecord>> {
  const rows = await drizzle(db)
    .select(columns)
    .from(users)
    .where(
      and(isNull(users.deletedAt), sql`${users.userId} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`),
    );
  return new Map(rows.map((row) => [row.userId, row]));
}

/** Some users of whom something is known, the first by their ids. */
export async function sampleUsers(db: D1Database, limit: number): Promise<UserRecord[]> {
  return drizzle(db)
    .select(columns)
    .from(users)
    .where(and(isNull(users.deletedAt), or(isNotNull(users.country), ne(users.features, sql`'{}'`))))
    .orderBy(asc(users.userId))
    .limit(limit);
}

/** How many of these ids the shop knows or knew; null when it has no users at all. */
export async function countKnownUsers(db: D1Database, userIds: Iterable<string>): Promise<number | null> {
  const any = await drizzle(db).select({ userId: users.userId }).from(users).limit(1);
  if (any.length === 0) return null;
  let known = 0;
  const count = async (ids: readonly string[]): Promise<void> => {
    const rows = await db
      .prepare("SELECT count(*) AS known FROM json_each(?) AS asked JOIN users ON users.user_id = asked.value")
      .bind(JSON.stringify(ids))
      .first<number>("known");
    known += rows ?? 0;
  };
  let batch: string[] = [];
  for (const id of userIds) {
    batch.push(id);
    if (batch.length < IDS_AT_ONCE) continue;
    await count(batch);
    batch = [];
  }
  if (batch.length > 0) await count(batch);
  return known;
}

/** Ids of one statement: its parameter stays far below the 2 MB that D1 takes. */
const IDS_AT_ONCE = 5_000;
