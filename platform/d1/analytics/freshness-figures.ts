import { z } from "zod";

/** What D1 says of the flows. Times are milliseconds since 1970 UTC. */
export interface StoredFreshness {
  readonly model: {
    readonly version: string;
    readonly publishedAt: number;
    readonly indexedAt: number | null;
    readonly unindexedSince: number | null;
  } | null;
  readonly lastExport: { readonly startedAt: number; readonly asOf: number | null } | null;
}

const modelSchema = z.array(
  z.object({
    version: z.string(),
    published_at: z.number(),
    indexed_at: z.number().nullable(),
    unindexed_since: z.number().nullable(),
  }),
);
const exportSchema = z.array(z.object({ started_at: z.number(), as_of: z.number().nullable() }));

/**
 * What D1 says of the index of the active model and of exports.
 * @param active the active model's version; null without one
 */
export async function readStoredFreshness(db: D1Database, active: string | null): Promise<StoredFreshness> {
  const [models, exports] = await db.batch([
    // An item that was pushed bears the number of the run to come: without that run it waits for nothing yet.
    db
      .prepare(
        `SELECT version, published_at,
           (SELECT started_at FROM sync_runs WHERE run = models.indexed_through_run) AS indexed_at,
           (SELECT started_at FROM sync_runs WHERE run = (
              SELECT min(changed_run) FROM items WHERE changed_run > models.indexed_through_run)) AS unindexed_since
         FROM models WHERE version = ?`,
      )
      .bind(active ?? ""),
    // An export of an earlier moment says nothing about the timetable.
    db.prepare(
      `SELECT started_at, as_of FROM exports
       WHERE state IN ('complete', 'removed') AND params ->> 'asOf' IS NULL ORDER BY export_id DESC LIMIT 1`,
    ),
  ]);
  const [model] = modelSchema.parse(models?.results);
  const [lastExport] = exportSchema.parse(exports?.results);
  return {
    model:
      model === undefined
        ? null
        : {
            version: model.version,
            publishedAt: model.published_at,
            indexedAt: model.indexed_at,
            unindexedSince: model.unindexed_since,
          },
    lastExport: lastExport === undefined ? null : { startedAt: lastExport.started_at, asOf: lastExport.as_of },
  };
}
