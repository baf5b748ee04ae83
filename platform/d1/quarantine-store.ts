import { and, asc, count, eq, gt, like, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { Entity } from "../../domain/sync/run.ts";
import { syncQuarantine } from "./schema.ts";

/** A source row that cannot be used, and why. `lastRun` is the run that last changed the entry. */
export type QuarantineEntry = typeof syncQuarantine.$inferSelect;

/** Entries under these row keys, by row key. */
export async function readQuarantine(
  db: D1Database,
  entity: Entity,
  rowKeys: readonly string[],
): Promise<Map<string, QuarantineEntry>> {
  const rows = await drizzle(db)
    .select()
    .from(syncQuarantine)
    .where(
      and(
        eq(syncQuarantine.entity, entity),
        sql`${syncQuarantine.rowKey} IN (SELECT value FROM json_each(${JSON.stringify(rowKeys)}))`,
      ),
    );
  return new Map(rows.map((row) => [row.rowKey, row]));
}

/** Row keys of an entity's entries after one, in order. @param onlyReferences those that wait for another row */
export async function readQuarantinedKeys(
  db: D1Database,
  entity: Entity,
  after: string,
  limit: number,
  onlyReferences: boolean,
): Promise<string[]> {
  const rows = await drizzle(db)
    .select({ rowKey: syncQuarantine.rowKey })
    .from(syncQuarantine)
    .where(
      and(
        eq(syncQuarantine.entity, entity),
        gt(syncQuarantine.rowKey, after),
        onlyReferences ? like(syncQuarantine.reason, "unknown_%") : undefined,
      ),
    )
    .orderBy(asc(syncQuarantine.rowKey))
    .limit(limit);
  return rows.map((row) => row.rowKey);
}

/** How many rows of an entity are in quarantine. */
export function countQuarantined(db: D1Database, entity: Entity): Promise<number> {
  return drizzle(db).$count(syncQuarantine, eq(syncQuarantine.entity, entity));
}

/** Which entries are wanted. */
export interface QuarantineFilter {
  readonly entity?: Entity | undefined;
  readonly state?: QuarantineEntry["state"] | undefined;
  readonly limit: number;
  /** Continue after this entry, null from the first. */
  readonly after: { readonly entity: string; readonly rowKey: string } | null;
}

/** Entries by entity and row key. */
export function listQuarantine(db: D1Database, filter: QuarantineFilter): Promise<QuarantineEntry[]> {
  const { entity, state, limit, after } = filter;
  const query = drizzle(db).select().from(syncQuarantine);
  return query
    .where(
      and(
        entity === undefined ? undefined : eq(syncQuarantine.entity, entity),
        state === undefined ? undefined : eq(syncQuarantine.state, state),
        after === null
          ? undefined
          : sql`(${syncQuarantine.entity}, ${syncQuarantine.rowKey}) > (${after.entity}, ${after.rowKey})`,
      ),
    )
    .orderBy(asc(syncQuarantine.entity), asc(syncQuarantine.rowKey))
    .limit(limit);
}

/** Statements that write these entries. */
export function quarantineStatements(db: D1Database, entries: readonly QuarantineEntry[]): D1PreparedStatement[] {
  if (entries.length === 0) return [];
  const rows = entries.map((entry) => [
    entry.entity,
    entry.rowKey,
    entry.state,
    entry.reason,
    entry.detail,
    entry.firstRun,
    entry.lastRun,
  ]);
  return [
    db
      .prepare(
        `INSERT OR REPLACE INTO sync_quarantine (entity, row_key, state, reason, detail, first_run, last_run)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?)`,
      )
      .bind(JSON.stringify(rows)),
  ];
}

/** Statements that remove entries whose rows are good again, or gone. */
export function releaseStatements(db: D1Database, entity: Entity, rowKeys: readonly string[]): D1PreparedStatement[] {
  if (rowKeys.length === 0) return [];
  return [
    db
      .prepare("DELETE FROM sync_quarantine WHERE entity = ? AND row_key IN (SELECT value FROM json_each(?))")
      .bind(entity, JSON.stringify(rowKeys)),
  ];
}

/** How many rows of each entity are set aside; rows that only wait for another row are not. */
export async function countSetAside(db: D1Database): Promise<Partial<Record<Entity, number>>> {
  const rows = await drizzle(db)
    .select({ entity: syncQuarantine.entity, rows: count() })
    .from(syncQuarantine)
    .where(eq(syncQuarantine.state, "set_aside"))
    .groupBy(syncQuarantine.entity);
  return Object.fromEntries(rows.map((row) => [row.entity, row.rows]));
}
