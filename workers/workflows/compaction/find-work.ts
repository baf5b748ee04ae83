import { hourWork } from "../../../domain/lake/hour-work.ts";
import { HOUR_MILLISECONDS } from "../../../domain/lake/lake-keys.ts";
import type { LakeTableName } from "../../../domain/lake/lake-table.ts";
import {
  CLOSED_AFTER_MILLISECONDS,
  DATES_PER_RUN_MAX,
  HOURS_PER_LOOK_MAX,
  LATE_FILES_DATES,
} from "../../../domain/lake/limits.ts";
import { LAKE_TABLE_TRAITS } from "../../../domain/lake/tables.ts";
import { sweptHours } from "../../../platform/d1/lake-hour-store.ts";
import { listDates, listHours, readHour } from "../../../platform/r2/lake-store.ts";

/** Which hours a run is about, in milliseconds since 1970 UTC. */
export interface WorkRange {
  /** Hours that begin at or after this; null for what a nightly run looks at. */
  readonly from: number | null;
  /** Hours that begin before this. */
  readonly to: number | null;
}

/** What {@link findWork} needs. */
export interface FindWorkDeps {
  readonly bucket: R2Bucket;
  readonly db: D1Database;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Every ledger shard has put every segment of hours before this; milliseconds since 1970 UTC. */
  readonly committedBefore: number;
}

/** Hours that something is to be done in, oldest first, and where the next look begins (null: that was all). */
export interface FoundWork {
  readonly due: { hourMs: number; kind: "compact" | "sweep" }[];
  readonly next: number | null;
}

/** True when no file can come into the hour any more that is not late. */
export function isClosed(
  table: LakeTableName,
  hourMs: number,
  { now, committedBefore }: Pick<FindWorkDeps, "now" | "committedBefore">,
): boolean {
  const end = hourMs + HOUR_MILLISECONDS;
  if (end + CLOSED_AFTER_MILLISECONDS > now) return false;
  return LAKE_TABLE_TRAITS[table].source === "queue" || end <= committedBefore;
}

async function hoursToLookInto(
  deps: FindWorkDeps,
  table: LakeTableName,
  range: WorkRange,
  after: number,
): Promise<number[]> {
  const dates = await listDates(deps.bucket, table);
  const recent = new Set(dates.slice(-LATE_FILES_DATES));
  const swept = await sweptHours(deps.db, table, 0);
  const found: number[] = [];
  for (const date of range.from === null ? dates.slice(-DATES_PER_RUN_MAX) : dates) {
    const begin = Date.parse(date.slice(-"2026-11-21/".length, -1));
    const end = begin + 24 * HOUR_MILLISECONDS;
    if (end <= Math.max(range.from ?? 0, after) || begin >= (range.to ?? Infinity)) continue;
    for (const hourMs of await listHours(deps.bucket, date)) {
      if (hourMs <= after || hourMs < (range.from ?? 0) || hourMs >= (range.to ?? Infinity)) continue;
      if (!isClosed(table, hourMs, deps)) continue;
      // A swept hour needs nothing, unless a file came late; an operator who names hours wants them looked into.
      if (range.from !== null || recent.has(date) || !swept.has(hourMs)) found.push(hourMs);
    }
    if (found.length > HOURS_PER_LOOK_MAX) break;
  }
  return found;
}

/**
 * Closed hours in which something is to be done.
 * @param after only hours later than this, milliseconds since 1970 UTC
 */
export async function findWork(
  deps: FindWorkDeps,
  table: LakeTableName,
  range: WorkRange,
  after: number,
): Promise<FoundWork> {
  const hours = await hoursToLookInto(deps, table, range, after);
  const looked = hours.slice(0, HOURS_PER_LOOK_MAX);
  const swept = await sweptHours(deps.db, table, looked[0] ?? 0);
  const due: FoundWork["due"] = [];
  for (const hourMs of looked) {
    const { listing, marker } = await readHour(deps.bucket, table, hourMs);
    const { kind } = hourWork(listing, marker?.content ?? null, deps.now);
    if (kind === "compact" || kind === "sweep") due.push({ hourMs, kind });
    // Swept, but its row says otherwise: the sweep was interrupted before it could say so.
    else if (kind === "nothing" && marker !== null && !swept.has(hourMs)) due.push({ hourMs, kind: "sweep" });
  }
  return { due, next: hours.length > looked.length ? (looked.at(-1) ?? null) : null };
}
