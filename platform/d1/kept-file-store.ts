import type { keptFiles } from "./schema.ts";

/** A file of what could not be taken, and what became of its replay. Times are milliseconds since 1970 UTC. */
export type KeptFile = typeof keptFiles.$inferSelect;

/** Notes a file, unless it is known: a repetition changes nothing. */
export async function noteKeptFile(
  db: D1Database,
  file: Pick<KeptFile, "key" | "kind" | "source" | "writtenAt" | "records" | "reasons">,
): Promise<void> {
  await db
    .prepare(
      `INSERT OR IGNORE INTO kept_files (key, kind, source, written_at, records, reasons) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .bind(file.key, file.kind, file.source, file.writtenAt, file.records, JSON.stringify(file.reasons))
    .run();
}
