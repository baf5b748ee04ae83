import { z } from "zod";

const nowSchema = z.array(z.object({ entity: z.string(), set_aside: z.number(), waiting: z.number() }));
const dayOfRunsSchema = z.array(
  z.object({ day: z.string(), entity: z.string(), runs: z.number(), read: z.number(), set_aside: z.number() }),
);
const lettersSchema = z.array(
  z.object({ day: z.string(), queue: z.string(), letters: z.number(), not_sent_again: z.number() }),
);

/** How good the data is that comes in: rows of the source that were set aside, and messages that failed. */
export interface StoredQuality {
  readonly now: z.infer<typeof nowSchema>;
  readonly byDay: z.infer<typeof dayOfRunsSchema>;
  readonly deadLetters: z.infer<typeof lettersSchema>;
}

// The day of a time in milliseconds.
const dayOf = (column: string): string => `date(${column} / 1000, 'unixepoch')`;

/** How good the data was since a time, by UTC day, newest first. @param since milliseconds since 1970 UTC */
export async function readQuality(db: D1Database, since: number): Promise<StoredQuality> {
  const [now, byDay, letters] = await db.batch([
    db.prepare(
      `SELECT entity, sum(state = 'set_aside') AS set_aside, sum(state = 'waiting') AS waiting
       FROM sync_quarantine GROUP BY entity ORDER BY entity`,
    ),
    db
      .prepare(
        `SELECT ${dayOf("started_at")} AS day, counted.key AS entity, count(*) AS runs,
           sum(counted.value ->> 'read') AS read, sum(counted.value ->> 'quarantined') AS set_aside
         FROM sync_runs, json_each(counts) AS counted WHERE started_at >= ?1 AND counted.key <> 'vectors'
         GROUP BY day, entity ORDER BY day DESC, entity`,
      )
      .bind(since),
    db
      .prepare(
        `SELECT ${dayOf("written_at")} AS day, source AS queue, count(*) AS letters,
           sum(replayed_at IS NULL) AS not_sent_again
         FROM kept_files WHERE kind = 'dead-letter' AND written_at >= ?1
         GROUP BY day, queue ORDER BY day DESC, queue`,
      )
      .bind(since),
  ]);
  return {
    now: nowSchema.parse(now?.results),
    byDay: dayOfRunsSchema.parse(byDay?.results),
    deadLetters: lettersSchema.parse(letters?.results),
  };
}
