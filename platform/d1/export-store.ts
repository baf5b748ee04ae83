import { and, desc, eq, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { type ExportParams, exportParamsSchema } from "../../domain/exports/params.ts";
import { exports, type ExportTrigger } from "./schema.ts";

/** An export and how far it has come. Times are milliseconds since 1970 UTC. */
export type ExportRecord = typeof exports.$inferSelect;

/** How an export ended. `asOf` is the moment as of which it read, in milliseconds since 1970 UTC. */
export type ExportOutcome =
  | { readonly state: "complete"; readonly asOf: number; readonly rows: number; readonly bytes: number }
  | { readonly state: "failed"; readonly error: string };

function checked(row: ExportRecord): ExportRecord {
  return { ...row, params: exportParamsSchema.parse(row.params) };
}

/** Notes that an export was asked for, by whom and how. */
export async function insertExport(
  db: D1Database,
  exportId: string,
  asked: { readonly trigger: ExportTrigger; readonly params: ExportParams },
  now: Date,
): Promise<void> {
  const { trigger, params } = asked;
  await drizzle(db).insert(exports).values({ exportId, state: "running", startedAt: now.getTime(), trigger, params });
}

/** Notes how an export ended. What has ended stays as it is: a step that runs again changes nothing. */
export async function finishExport(db: D1Database, exportId: string, outcome: ExportOutcome, now: Date): Promise<void> {
  await drizzle(db)
    .update(exports)
    .set({ ...outcome, finishedAt: now.getTime() })
    .where(and(eq(exports.exportId, exportId), eq(exports.state, "running")));
}

/** Notes that the files of a complete export are gone; any other stays as it is. */
export async function markExportRemoved(db: D1Database, exportId: string): Promise<void> {
  await drizzle(db)
    .update(exports)
    .set({ state: "removed" })
    .where(and(eq(exports.exportId, exportId), eq(exports.state, "complete")));
}

/** One export, or null when there is none of that name. */
export async function readExport(db: D1Database, exportId: string): Promise<ExportRecord | null> {
  const [row] = await drizzle(db).select().from(exports).where(eq(exports.exportId, exportId));
  return row === undefined ? null : checked(row);
}

/** Exports, newest first. @param before continue after this id, null from the start */
export async function listExports(db: D1Database, limit: number, before: string | null): Promise<ExportRecord[]> {
  const rows = await drizzle(db)
    .select()
    .from(exports)
    .where(before === null ? undefined : lt(exports.exportId, before))
    .orderBy(desc(exports.exportId))
    .limit(limit);
  return rows.map(checked);
}

/** Ids of complete exports whose files are there, newest first. */
export async function completeExports(db: D1Database): Promise<string[]> {
  const rows = await drizzle(db)
    .select({ exportId: exports.exportId })
    .from(exports)
    .where(eq(exports.state, "complete"))
    .orderBy(desc(exports.exportId));
  return rows.map(({ exportId }) => exportId);
}

/** Exports that have not ended, newest first: at work, or forgotten by a Workflow that is no more. */
export async function runningExports(db: D1Database): Promise<ExportRecord[]> {
  const rows = await drizzle(db)
    .select()
    .from(exports)
    .where(eq(exports.state, "running"))
    .orderBy(desc(exports.exportId));
  return rows.map(checked);
}
