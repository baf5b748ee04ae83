import { z } from "zod";

import { EVENT_ID_WINDOW_MILLISECONDS } from "../../../domain/ledger/limits.ts";

/** What waits for somebody. */
export interface WaitingForPeople {
  /** Dead letters that were not sent again. */
  readonly deadLetters: number;
  /** Rows of the source that are set aside. */
  readonly quarantinedRows: number;
  /** Events that were kept and not replayed, as long as they can be. */
  readonly quarantinedEvents: number;
  /** Entities that are not read because of their source. */
  readonly pausedBySource: readonly string[];
}

const countSchema = z.tuple([z.object({ count: z.number() })]);
const subjectsSchema = z.array(z.object({ subject: z.string() }));

/** What waits for somebody. @param now milliseconds since 1970 UTC */
export async function readWaiting(db: D1Database, now: number): Promise<WaitingForPeople> {
  const [letters, rows, events, paused] = await db.batch([
    db.prepare("SELECT count(*) AS count FROM kept_files WHERE kind = 'dead-letter' AND replayed_at IS NULL"),
    db.prepare("SELECT count(*) AS count FROM sync_quarantine WHERE state = 'set_aside'"),
    // The ledger refuses what is older: it waits for nobody any more, and files are kept for ever.
    db
      .prepare(
        `SELECT coalesce(sum(records), 0) AS count FROM kept_files
         WHERE kind = 'quarantine' AND written_at >= ?1 AND source = 'events' AND replayed_at IS NULL`,
      )
      .bind(now - EVENT_ID_WINDOW_MILLISECONDS),
    db.prepare("SELECT subject FROM notices WHERE kind = 'entity_paused' AND closed_at IS NULL"),
  ]);
  const countOf = (result: D1Result | undefined): number => countSchema.parse(result?.results)[0].count;
  return {
    deadLetters: countOf(letters),
    quarantinedRows: countOf(rows),
    quarantinedEvents: countOf(events),
    pausedBySource: subjectsSchema.parse(paused?.results).map(({ subject }) => subject),
  };
}
