import { and, desc, eq, gte, isNull, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { z } from "zod";

import { keptFiles } from "./schema.ts";

/** A file of what could not be taken, and what became of its replay. Times are milliseconds since 1970 UTC. */
export type KeptFile = typeof keptFiles.$inferSelect;
export type KeptKind = "quarantine" | "dead-letter";

/** Notes a file, unless it is known: a repetition changes nothing. */
export async function noteKeptFile(
  db: D1Database,
  file: Pick<KeptFile, "key" | "source" | "writtenAt" | "records" | "reasons"> & { readonly kind: KeptKind },
): Promise<void> {
  await db
    .prepare(
      `INSERT OR IGNORE INTO kept_files (key, kind, source, written_at, records, reasons) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .bind(file.key, file.kind, file.source, file.writtenAt, file.records, JSON.stringify(file.reasons))
    .run();
}

/** Which files are wanted. */
export interface KeptFileFilter {
  readonly kind: KeptKind;
  readonly source?: string | undefined;
  /** Only files that hold a record of this reason. */
  readonly reason?: string | undefined;
  /** Only files written at this time or later. */
  readonly since?: number | undefined;
  /** Only files of which something has not been replayed. */
  readonly open?: boolean | undefined;
  readonly limit: number;
  /** Continue after this file, null from the newest. */
  readonly after: { readonly writtenAt: number; readonly key: string } | null;
}

/** Files, newest first. */
export function listKeptFiles(db: D1Database, filter: KeptFileFilter): Promise<KeptFile[]> {
  const { kind, source, reason, since, open, limit, after } = filter;
  return drizzle(db)
    .select()
    .from(keptFiles)
    .where(
      and(
        eq(keptFiles.kind, kind),
        source === undefined ? undefined : eq(keptFiles.source, source),
        reason === undefined
          ? undefined
          : sql`EXISTS (SELECT 1 FROM json_each(${keptFiles.reasons}) WHERE json_each.key = ${reason})`,
        since === undefined ? undefined : gte(keptFiles.writtenAt, since),
        open === true
          ? or(isNull(keptFiles.replayedAt), sql`coalesce(${keptFiles.replay} ->> 'still_invalid', 0) > 0`)
          : undefined,
        after === null
          ? undefined
          : sql`(${keptFiles.writtenAt}, ${keptFiles.key}) < (${after.writtenAt}, ${after.key})`,
      ),
    )
    .orderBy(desc(keptFiles.writtenAt), desc(keptFiles.key))
    .limit(limit);
}

/** One file, or null when there is none of that key. */
export async function readKeptFile(db: D1Database, kind: KeptKind, key: string): Promise<KeptFile | null> {
  const [row] = await drizzle(db)
    .select()
    .from(keptFiles)
    .where(and(eq(keptFiles.kind, kind), eq(keptFiles.key, key)));
  return row ?? null;
}

/** Notes what a replay came to. */
export async function markReplayed(
  db: D1Database,
  key: string,
  replay: Readonly<Record<string, number>>,
  now: Date,
): Promise<void> {
  await drizzle(db).update(keptFiles).set({ replayedAt: now.getTime(), replay }).where(eq(keptFiles.key, key));
}

/** How many files of a source were never replayed. */
export function countNotReplayed(db: D1Database, kind: KeptKind, source: string): Promise<number> {
  return drizzle(db).$count(
    keptFiles,
    and(eq(keptFiles.kind, kind), eq(keptFiles.source, source), isNull(keptFiles.replayedAt)),
  );
}

const summarySchema = z.array(
  z.object({ day: z.string(), source: z.string(), reason: z.string(), records: z.number() }),
);
export type KeptSummary = z.infer<typeof summarySchema>;

/** How much was set aside by day of receipt, source and reason, newest day first. @param since first day, `YYYY-MM-DD` */
export async function summarizeKept(db: D1Database, kind: KeptKind, since: string): Promise<KeptSummary> {
  // The day stands in the key: `…/date=YYYY-MM-DD/…`. No file was written before its day, so older ones are not read.
  const { results } = await db
    .prepare(
      `SELECT substr(kept_files.key, instr(kept_files.key, '/date=') + 6, 10) AS day, source, reason.key AS reason,
         sum(reason.value) AS records
       FROM kept_files, json_each(reasons) AS reason WHERE kind = ?1 AND written_at >= ?3
       GROUP BY 1, 2, 3 HAVING day >= ?2 ORDER BY day DESC, source, reason`,
    )
    .bind(kind, since, Date.parse(since))
    .all();
  return summarySchema.parse(results);
}
