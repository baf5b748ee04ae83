import { z } from "zod";

const problemSchema = z.object({
  /** Milliseconds since 1970 UTC. */
  at: z.number(),
  source: z.enum(["notice", "sync_run", "export", "model"]),
  kind: z.string().nullable(),
  subject: z.string(),
  message: z.string(),
  announcement_id: z.string().nullable(),
});
/** Something that is wrong now, or failed last. */
export type StoredProblem = z.infer<typeof problemSchema>;

const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;
/** A refused model is nobody's concern any more after so long. */
const REFUSED_DAYS = 7;

/** What is wrong, newest first. @param now milliseconds since 1970 UTC */
export async function readProblems(db: D1Database, now: number, limit: number): Promise<StoredProblem[]> {
  // A failure that was made up for is no problem: only what failed after the last success counts.
  const { results } = await db
    .prepare(
      `SELECT opened_at AS at, 'notice' AS source, kind, subject, message, announcement_id FROM notices
         WHERE closed_at IS NULL
       UNION ALL
       SELECT * FROM (SELECT started_at, 'sync_run', NULL, run_id, coalesce(error, 'It failed.'), announcement_id
         FROM sync_runs WHERE state = 'failed'
           AND run > (SELECT coalesce(max(run), 0) FROM sync_runs WHERE state = 'complete') ORDER BY run DESC LIMIT 1)
       UNION ALL
       SELECT * FROM (SELECT started_at, 'export', NULL, export_id, coalesce(error, 'It failed.'), NULL
         FROM exports WHERE state = 'failed' AND export_id > (
           SELECT coalesce(max(export_id), '') FROM exports WHERE state IN ('complete', 'removed'))
         ORDER BY export_id DESC LIMIT 1)
       UNION ALL
       SELECT published_at, 'model', NULL, version, coalesce(problems ->> 0, 'It was refused.'), NULL
         FROM models WHERE state = 'refused' AND published_at > ?1
       ORDER BY at DESC LIMIT ?2`,
    )
    .bind(now - REFUSED_DAYS * DAY_MILLISECONDS, limit)
    .all();
  return z.array(problemSchema).parse(results);
}
