import type { PersonMatcher } from "../../../domain/erasure/person.ts";
import { HOUR_MILLISECONDS } from "../../../domain/lake/lake-keys.ts";
import type { LakeTableName } from "../../../domain/lake/lake-table.ts";
import { LAKE_TABLE_TRAITS } from "../../../domain/lake/tables.ts";
import { listDates, listHours } from "../../../platform/r2/lake-store.ts";
import { isClosed } from "../compaction/find-work.ts";
import { eraseHour, type ErasedHour } from "./erase-hour.ts";
import {
  LOOK_MILLISECONDS,
  LOOK_REQUESTS_MAX,
  REQUESTS_PER_FILE,
  REQUESTS_PER_HOUR,
  UNCOMPACTED_PER_LOOK_MAX,
} from "./limits.ts";

/** What looking through the lake needs. */
export interface LakeLookDeps {
  readonly bucket: R2Bucket;
  readonly db: D1Database;
  readonly person: PersonMatcher;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Every ledger shard has put every segment of hours before this; milliseconds since 1970 UTC. */
  readonly committedBefore: number;
}

/** What came of a part of a table's hours. A type, not an interface: a workflow's step hands it on. */
export type LakeLook = {
  readonly rows: number;
  readonly files: number;
  /** Hours that held the person. */
  readonly hours: number;
  /** Hours that hold the person and are to be compacted first. */
  readonly uncompacted: number[];
  /** The earliest hour that must be looked at again later; null for none. */
  readonly again: number | null;
  /** Go on with the first hour after this one; null: these were all. */
  readonly next: number | null;
};

/** The earlier of two moments of which either may be none. */
export function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

async function* hoursAfter(bucket: R2Bucket, table: LakeTableName, after: number): AsyncGenerator<number> {
  for (const date of await listDates(bucket, table)) {
    const begin = Date.parse(date.slice(-"2026-11-21/".length, -1));
    if (begin + 24 * HOUR_MILLISECONDS <= after) continue;
    for (const hourMs of await listHours(bucket, date)) if (hourMs > after) yield hourMs;
  }
}

/** Takes the person out of an hour, which must be compacted if it holds them. */
export function eraseHourOf(deps: LakeLookDeps, table: LakeTableName, hourMs: number): Promise<ErasedHour> {
  const { bucket, db, person, now } = deps;
  const closed = isClosed(table, hourMs, { now: now(), committedBefore: deps.committedBefore });
  return eraseHour({ bucket, traits: LAKE_TABLE_TRAITS[table], hourMs }, { db, person, isClosed: closed, now });
}

/**
 * Takes the person out of the hours of a table, oldest first, as far as one step may go. Hours that are not compacted
 * are named, and left to the caller.
 * @param after only hours later than this, milliseconds since 1970 UTC
 */
export async function lookThrough(deps: LakeLookDeps, table: LakeTableName, after: number): Promise<LakeLook> {
  const begun = deps.now();
  let [rows, files, hours, requests] = [0, 0, 0, 0];
  let again: number | null = null;
  const uncompacted: number[] = [];
  let last = after;
  for await (const hourMs of hoursAfter(deps.bucket, table, after)) {
    const isEnough =
      requests >= LOOK_REQUESTS_MAX ||
      uncompacted.length >= UNCOMPACTED_PER_LOOK_MAX ||
      deps.now() - begun >= LOOK_MILLISECONDS;
    if (isEnough) return { rows, files, hours, uncompacted, again, next: last };
    const erased = await eraseHourOf(deps, table, hourMs);
    rows += erased.rows;
    files += erased.files;
    if (erased.rows > 0) hours += 1;
    if (erased.state === "uncompacted") uncompacted.push(hourMs);
    if (erased.state === "open" || erased.state === "busy") again = earlier(again, hourMs);
    requests += REQUESTS_PER_HOUR + REQUESTS_PER_FILE * erased.looked;
    last = hourMs;
  }
  return { rows, files, hours, uncompacted, again, next: null };
}
