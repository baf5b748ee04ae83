import { and, desc, eq, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { exports } from "./schema.ts";

/** An export and how far it has come. Times are milliseconds since 1970 UTC. */
export type ExportRecord = typeof exports.$inferSelect;

/** Notes that an export was asked for. */
export async function insertExport(db: D1Database, exportId: string, now: Date): Promise<void> {
  await drizzle(db).insert(exports).values({ exportId, state: "running", startedAt: now.getTime() });
}

/** Notes how an export ended. What has ended stays as it is: a step that runs again changes nothing. */
export async function finishExport(
  db: D1Database,
  exportId: string,
  outcome: { state: "complete" } | { state: "failed"; error: string },
  now: Date,
): Promise<void> {
  await drizzle(db)
    .update(exports)
    .set({ ...outcome, finishedAt: now.getTime() })
    .where(and(eq(exports.exportId, exportId), eq(exports.state, "running")));
}

/** One export, or null when there is none of that name. */
export async function readExport(db: D1Database, exportId: string): Promise<ExportRecord | null> {
  const [row] = await drizzle(db).select().from(exports).where(eq(exports.exportId, exportId));
  return row ?? null;
}

/** Exports, newest first. @param before continue after this id, null from the start */
export async function listExports(db: D1Database, limit: number, before: string | null): Promise<ExportRecord[]> {
  const query = drizzle(db).select().from(exports);
  return query
    .where(before === null ? undefined : lt(exports.exportId, before))
    .orderBy(desc(exports.exportId))
    .limit(limit);
}
