import { gte, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { jsonParts } from "./push-sql.ts";
import { erasedUsers } from "./schema.ts";

/**
 * Remembers that a user was erased. Of one who is erased again the later time counts, so that {@link erasedSince} sees it.
 * @param at milliseconds since 1970 UTC
 */
export async function rememberErased(db: D1Database, pseudonym: string, at: number): Promise<void> {
  await drizzle(db)
    .insert(erasedUsers)
    .values({ pseudonym, erasedAt: at })
    .onConflictDoUpdate({
      target: erasedUsers.pseudonym,
      set: { erasedAt: sql`max(${erasedUsers.erasedAt}, excluded.erased_at)` },
    });
}

/** Which of these pseudonyms are those of users who were erased. */
export async function erasedAmong(db: D1Database, pseudonyms: readonly string[]): Promise<Set<string>> {
  const erased = new Set<string>();
  for (const part of jsonParts(pseudonyms)) {
    const found = await drizzle(db)
      .select({ pseudonym: erasedUsers.pseudonym })
      .from(erasedUsers)
      .where(sql`${erasedUsers.pseudonym} IN (SELECT value FROM json_each(${part}))`);
    for (const { pseudonym } of found) erased.add(pseudonym);
  }
  return erased;
}

/** Whether a user was erased at or after a time. @param at milliseconds since 1970 UTC */
export async function erasedSince(db: D1Database, at: number): Promise<boolean> {
  const found = await drizzle(db)
    .select({ pseudonym: erasedUsers.pseudonym })
    .from(erasedUsers)
    .where(gte(erasedUsers.erasedAt, at))
    .limit(1);
  return found.length > 0;
}
