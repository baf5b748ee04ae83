import { drizzle } from "drizzle-orm/d1";

import { hourFolder, HOUR_MILLISECONDS } from "../../domain/lake/lake-keys.ts";
import { servedBatches } from "./schema.ts";

/** A batch of served answers as it was written to the lake. */
export type ServedBatch = typeof servedBatches.$inferSelect;

/** Adds what is not there yet: a batch that comes again is the same rows. All or none. */
export async function addServedBatches(db: D1Database, batches: readonly ServedBatch[]): Promise<void> {
  const database = drizzle(db);
  const [first, ...others] = batches.map((batch) => database.insert(servedBatches).values(batch).onConflictDoNothing());
  if (first !== undefined) await database.batch([first, ...others]);
}

/** What was served in an hour, as far as it has reached the lake. */
export interface ServedHour {
  /** Beginning of the hour of writing, milliseconds since 1970 UTC. */
  readonly hourMs: number;
  readonly answers: number;
  readonly items: number;
  readonly degraded: number;
  readonly lost: number;
}

/** Hours, newest first, and whether anything was served in earlier ones. */
export interface ServedHours {
  readonly hours: readonly ServedHour[];
  readonly hasEarlier: boolean;
}

/**
 * What was served in each of some hours that follow each other; hours without anything are there too.
 * @param newestMs beginning of the newest hour, milliseconds since 1970 UTC
 */
export async function servedHours(db: D1Database, newestMs: number, hours: number): Promise<ServedHours> {
  const oldestMs = newestMs - (hours - 1) * HOUR_MILLISECONDS;
  const oldest = hourFolder("recommendations", oldestMs);
  // Keys begin with their hour, and texts of one form sort like the times in them: both statements walk the key alone.
  const [sums, earlier] = await db.batch<Omit<ServedHour, "hourMs"> & { folder: string }>([
    db
      .prepare(
        `SELECT substr(key, 1, ?3) AS folder, sum(answers) AS answers, sum(items) AS items, sum(degraded) AS degraded,
         sum(lost) AS lost FROM served_batches WHERE key >= ?1 AND key < ?2 GROUP BY folder`,
      )
      .bind(oldest, hourFolder("recommendations", newestMs + HOUR_MILLISECONDS), oldest.length),
    db.prepare("SELECT key AS folder FROM served_batches WHERE key < ? LIMIT 1").bind(oldest),
  ]);
  const byFolder = new Map((sums?.results ?? []).map((row) => [row.folder, row]));
  return {
    hours: Array.from({ length: hours }, (_, back) => {
      const hourMs = newestMs - back * HOUR_MILLISECONDS;
      const row = byFolder.get(hourFolder("recommendations", hourMs));
      const { answers = 0, items = 0, degraded = 0, lost = 0 } = row ?? {};
      return { hourMs, answers, items, degraded, lost };
    }),
    hasEarlier: (earlier?.results.length ?? 0) > 0,
  };
}
