import { and, asc, desc, eq, gt, lt, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { SchemaChange } from "../../domain/sync/drift.ts";
import { schemaChanges } from "./schema.ts";

/** A change of the source's format and the run that noticed it. Times are milliseconds since 1970 UTC. */
export type SchemaChangeRecord = typeof schemaChanges.$inferSelect;

/** Statements that keep what a run noticed. Each change is kept once a run, however often its step is repeated. */
export function schemaChangeStatements(
  db: D1Database,
  run: number,
  changes: readonly SchemaChange[],
  now: Date,
): D1PreparedStatement[] {
  if (changes.length === 0) return [];
  const rows = changes.map((change) => [
    change.entity,
    change.table,
    change.column,
    change.kind,
    change.before,
    change.after,
    change.effect,
    change.message,
    change.announcementId,
  ]);
  return [
    db
      .prepare(
        `INSERT INTO schema_changes (run, noticed_at, entity, table_name, column_name, kind, before, after, effect, message, announcement_id)
         SELECT ?2, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8
         FROM json_each(?1) WHERE NOT EXISTS (
           SELECT 1 FROM schema_changes AS known WHERE known.run = ?2
           AND known.entity = value ->> 0 AND known.table_name = value ->> 1 AND known.column_name IS value ->> 2
           AND known.kind = value ->> 3 AND known.before IS value ->> 4 AND known.after IS value ->> 5)`,
      )
      .bind(JSON.stringify(rows), run, now.getTime()),
  ];
}

/** Which changes are wanted. */
export interface SchemaChangeFilter {
  readonly limit: number;
  /** Continue after the change of this id, null from the newest. */
  readonly before: number | null;
  /** Only what this run noticed. */
  readonly run?: number;
}

/** Changes of the source's format, newest first. */
export function listSchemaChanges(
  db: D1Database,
  { limit, before, run }: SchemaChangeFilter,
): Promise<SchemaChangeRecord[]> {
  const query = drizzle(db).select().from(schemaChanges);
  return query
    .where(
      and(
        before === null ? undefined : lt(schemaChanges.id, before),
        run === undefined ? undefined : eq(schemaChanges.run, run),
      ),
    )
    .orderBy(desc(schemaChanges.id))
    .limit(limit);
}

/** An export's manifest names no more changes than this. */
const CHANGES_BETWEEN_MAX = 1_000;

/** Changes that were noticed after one time and up to another (milliseconds since 1970 UTC), oldest first. */
export function schemaChangesBetween(db: D1Database, after: number, upto: number): Promise<SchemaChangeRecord[]> {
  const query = drizzle(db).select().from(schemaChanges);
  return query
    .where(and(gt(schemaChanges.noticedAt, after), lte(schemaChanges.noticedAt, upto)))
    .orderBy(asc(schemaChanges.id))
    .limit(CHANGES_BETWEEN_MAX);
}
