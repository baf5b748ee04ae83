import { and, asc, desc, eq, gte, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { Raised, Scope, Signal } from "../../../domain/analytics/spikes/judge.ts";
import { SPIKE_UNSEEN_MILLISECONDS, SPIKES_TOLD_MAX } from "../../../domain/analytics/spikes/limits.ts";
import { items, spikes } from "../schema.ts";

/** A spike, with what its item is called now; `name` is null for a line, and for an item that nobody knows. */
export type SpikeRecord = typeof spikes.$inferSelect & { readonly name: string | null; readonly line: string | null };

/** What spikes can be counted by. */
export const SPIKE_DIMENSIONS = ["line", "scope", "signal"] as const;
export type SpikeDimension = (typeof SPIKE_DIMENSIONS)[number];

/** Spikes that have the dimensions asked for in common. */
export interface SpikeGroup extends Partial<Readonly<Record<SpikeDimension, string>>> {
  readonly spikes: number;
  /** How many of them go on. */
  readonly open: number;
  readonly peakRatio: number;
}

/** Which spikes are wanted. */
export interface SpikeFilter {
  readonly open?: boolean | undefined;
  readonly scope?: Scope | undefined;
  readonly signal?: Signal | undefined;
  readonly subject?: string | undefined;
  /** A line, and the items that are in it now; `""` for items that nobody knows. */
  readonly line?: string | undefined;
  /** Those that lasted at some time of this range, `to` exclusive, milliseconds since 1970 UTC. */
  readonly lasted: { readonly from: number; readonly to: number };
}

/** A page of spikes. */
export interface SpikePageFilter extends SpikeFilter {
  readonly limit: number;
  /** Continue after the spike of this id, null from the newest. */
  readonly before: number | null;
}

function selectSpikes(db: D1Database) {
  return drizzle(db)
    .select({ spike: spikes, name: items.name, line: items.category })
    .from(spikes)
    .leftJoin(items, and(eq(spikes.scope, "item"), eq(items.itemId, spikes.subject)));
}

type Selected = Awaited<ReturnType<typeof selectSpikes>>[number];

function recordOf({ spike, name, line }: Selected): SpikeRecord {
  return { ...spike, name, line: spike.scope === "line" ? spike.subject : line };
}

const DIMENSION_SQL = {
  // An item that nobody knows any more is of no line.
  line: sql<string>`iif(${spikes.scope} = 'line', ${spikes.subject}, coalesce(${items.category}, ''))`,
  scope: sql<string>`${spikes.scope}`,
  signal: sql<string>`${spikes.signal}`,
} as const satisfies Record<SpikeDimension, SQL<string>>;

function matches({ open, scope, signal, subject, line, lasted }: SpikeFilter): SQL | undefined {
  return and(
    open === undefined ? undefined : (open ? isNull : isNotNull)(spikes.endedAt),
    scope === undefined ? undefined : eq(spikes.scope, scope),
    signal === undefined ? undefined : eq(spikes.signal, signal),
    subject === undefined ? undefined : eq(spikes.subject, subject),
    line === undefined ? undefined : eq(DIMENSION_SQL.line, line),
    lt(spikes.startedAt, lasted.to),
    or(isNull(spikes.endedAt), gte(spikes.endedAt, lasted.from)),
  );
}

/** Spikes, newest first. */
export async function listSpikes(db: D1Database, filter: SpikePageFilter): Promise<SpikeRecord[]> {
  const { limit, before } = filter;
  const found = await selectSpikes(db)
    .where(and(before === null ? undefined : lt(spikes.id, before), matches(filter)))
    .orderBy(desc(spikes.id))
    .limit(limit);
  return found.map(recordOf);
}

/** The most unlikely first, by what was seen of each last. */
const BY_UNLIKELIHOOD = [asc(spikes.pValue), desc(spikes.peakRatio), asc(spikes.id)] as const;

/** The most unlikely spikes. */
export async function listTopSpikes(db: D1Database, filter: SpikeFilter, top: number): Promise<SpikeRecord[]> {
  const found = await selectSpikes(db)
    .where(matches(filter))
    .orderBy(...BY_UNLIKELIHOOD)
    .limit(top);
  return found.map(recordOf);
}

/** Spikes counted by dimensions, the groups with the most first. @param by at least one */
export async function countSpikes(
  db: D1Database,
  filter: SpikeFilter,
  by: readonly SpikeDimension[],
  top: number,
): Promise<SpikeGroup[]> {
  const dimensions = Object.fromEntries(by.map((name) => [name, DIMENSION_SQL[name].as(name)]));
  const count = sql<number>`count(*)`;
  return drizzle(db)
    .select({
      ...dimensions,
      spikes: count,
      open: sql<number>`sum(${spikes.endedAt} IS NULL)`,
      peakRatio: sql<number>`max(${spikes.peakRatio})`,
    })
    .from(spikes)
    .leftJoin(items, and(eq(spikes.scope, "item"), eq(items.itemId, spikes.subject)))
    .where(matches(filter))
    .groupBy(...by.map((name) => DIMENSION_SQL[name]))
    .orderBy(desc(count), ...by.map((name) => asc(DIMENSION_SQL[name])))
    .limit(top);
}

/** A spike by its id, null when there is none. */
export async function readSpike(db: D1Database, id: number): Promise<SpikeRecord | null> {
  const [found] = await selectSpikes(db).where(eq(spikes.id, id));
  return found === undefined ? null : recordOf(found);
}

/** What a spike is of: at most one is open of each. */
export type SpikeKey = Pick<SpikeRecord, "scope" | "subject" | "signal">;

/** Of what spikes are open. */
export async function readOpenSpikes(db: D1Database): Promise<readonly SpikeKey[]> {
  const { scope, subject, signal } = spikes;
  return await drizzle(db).select({ scope, subject, signal }).from(spikes).where(isNull(spikes.endedAt));
}

/** The open spikes that people are to be told of: the most unlikely ones. */
export async function readToldSpikes(db: D1Database): Promise<readonly SpikeRecord[]> {
  const found = await selectSpikes(db)
    .where(isNull(spikes.endedAt))
    .orderBy(...BY_UNLIKELIHOOD)
    .limit(SPIKES_TOLD_MAX);
  return found.map(recordOf);
}

/**
 * Opens or goes on with what a look has seen, and ends what was not seen for an hour, in one transaction. Repeating it
 * changes nothing.
 */
export async function keepSpikes(db: D1Database, hour: number, seen: readonly Raised[], now: Date): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO spikes
           (scope, subject, signal, started_at, seen_at, hour, observed, expected, p_value, peak_ratio, peak_hour)
         SELECT value ->> 'scope', value ->> 'subject', value ->> 'signal', ?2, ?2, ?3, value ->> 'observed',
           value ->> 'expected', value ->> 'pValue', value ->> 'ratio', ?3
         FROM json_each(?1) WHERE true
         ON CONFLICT (scope, subject, signal) WHERE ended_at IS NULL DO UPDATE SET
           seen_at = excluded.seen_at, hour = excluded.hour, observed = excluded.observed,
           expected = excluded.expected, p_value = excluded.p_value,
           peak_hour = CASE WHEN excluded.peak_ratio > peak_ratio THEN excluded.peak_hour ELSE peak_hour END,
           peak_ratio = max(peak_ratio, excluded.peak_ratio)`,
      )
      .bind(JSON.stringify(seen), now.getTime(), hour),
    db
      .prepare("UPDATE spikes SET ended_at = ?1 WHERE ended_at IS NULL AND seen_at <= ?2")
      .bind(now.getTime(), now.getTime() - SPIKE_UNSEEN_MILLISECONDS),
  ]);
}

/** Subjects of the notices about spikes that are open. */
export async function readSpikeNotices(db: D1Database): Promise<readonly string[]> {
  const { results } = await db
    .prepare("SELECT subject FROM notices WHERE kind = 'demand_spike' AND closed_at IS NULL")
    .all<{ subject: string }>();
  return results.map(({ subject }) => subject);
}
