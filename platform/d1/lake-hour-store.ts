import { and, eq, gte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { LakeTableName } from "../../domain/lake/lake-table.ts";
import { lakeHours } from "./schema.ts";

/** How an hour of the lake stands. The lake itself decides; this is for people, and spares looking at what is done. */
export type LakeHourRecord = typeof lakeHours.$inferSelect;

/** Writes how an hour stands now. */
export async function putLakeHour(db: D1Database, record: LakeHourRecord): Promise<void> {
  const { tableName: _table, hour: _hour, ...facts } = record;
  await drizzle(db)
    .insert(lakeHours)
    .values(record)
    .onConflictDoUpdate({ target: [lakeHours.tableName, lakeHours.hour], set: facts });
}

/** Writes that an hour stays as it is; what was counted of it before stays too. @param now milliseconds since 1970 UTC */
export async function refuseLakeHour(db: D1Database, table: LakeTableName, hourMs: number, now: number): Promise<void> {
  await drizzle(db)
    .insert(lakeHours)
    .values({
      tableName: table,
      hour: hourMs,
      state: "refused",
      smallFiles: 0,
      largeFiles: 0,
      rows: 0,
      compactedAt: now,
    })
    .onConflictDoUpdate({ target: [lakeHours.tableName, lakeHours.hour], set: { state: "refused" } });
}

/** The hours of a table that need nothing more, from `fromMs` on, as their beginnings in milliseconds since 1970 UTC. */
export async function sweptHours(db: D1Database, table: LakeTableName, fromMs: number): Promise<Set<number>> {
  const rows = await drizzle(db)
    .select({ hour: lakeHours.hour })
    .from(lakeHours)
    .where(and(eq(lakeHours.tableName, table), gte(lakeHours.hour, fromMs), eq(lakeHours.state, "swept")));
  return new Set(rows.map(({ hour }) => hour));
}
