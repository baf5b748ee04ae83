import { and, desc, eq, gte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { HIGHEST, HISTOGRAMS, LOWEST, type ShadowTally, SKETCHES, SUMS } from "../../domain/models/shadow-tally.ts";
import { shadowHours } from "./schema.ts";

/** What was compared within one hour. */
export interface ShadowHour {
  /** Beginning of the hour, milliseconds since 1970 UTC. */
  readonly hour: number;
  readonly activeVersion: string;
  readonly shadowVersion: string;
  readonly tally: ShadowTally;
}

const HISTOGRAM_NAMES = Object.keys(HISTOGRAMS) as (keyof typeof HISTOGRAMS)[];
const COLUMNS = [
  "hour",
  "active_version",
  "shadow_version",
  ...SUMS,
  ...HISTOGRAM_NAMES,
  ...SKETCHES,
  ...LOWEST,
  ...HIGHEST,
];

/** Two lists of numbers as one, member by member. */
function united(column: string, operator: "+" | "|"): string {
  return `${column} = (SELECT json_group_array(mine.value ${operator} (excluded.${column} ->> mine.key))
    FROM json_each(shadow_hours.${column}) AS mine)`;
}

function extreme(column: string, choose: "min" | "max"): string {
  return `${column} = ${choose}(coalesce(${column}, excluded.${column}), coalesce(excluded.${column}, ${column}))`;
}

const ADD = `INSERT INTO shadow_hours (${COLUMNS.join(", ")})
  SELECT ${COLUMNS.map((column) => `value ->> '${column}'`).join(", ")} FROM json_each(?) WHERE true
  ON CONFLICT (shadow_version, hour, active_version) DO UPDATE SET ${[
    ...SUMS.map((column) => `${column} = ${column} + excluded.${column}`),
    ...HISTOGRAM_NAMES.map((column) => united(column, "+")),
    ...SKETCHES.map((column) => united(column, "|")),
    ...LOWEST.map((column) => extreme(column, "min")),
    ...HIGHEST.map((column) => extreme(column, "max")),
  ].join(", ")}`;

function packed({ hour, activeVersion, shadowVersion, tally }: ShadowHour): object {
  return {
    hour,
    active_version: activeVersion,
    shadow_version: shadowVersion,
    ...tally.sums,
    ...tally.histograms,
    active_items: [...tally.sketches.active_items],
    shadow_items: [...tally.sketches.shadow_items],
    ...tally.lowest,
    ...tally.highest,
  };
}

/** Adds to the hours that are there, in one statement. Not idempotent: what may have arrived is not sent again. */
export async function addShadowHours(db: D1Database, hours: readonly ShadowHour[]): Promise<void> {
  await db
    .prepare(ADD)
    .bind(JSON.stringify(hours.map(packed)))
    .run();
}

function pick<Row, Name extends keyof Row>(names: readonly Name[], row: Row): Pick<Row, Name> {
  return Object.fromEntries(names.map((name) => [name, row[name]])) as Pick<Row, Name>;
}

function toHour(row: typeof shadowHours.$inferSelect): ShadowHour {
  return {
    hour: row.hour,
    activeVersion: row.activeVersion,
    shadowVersion: row.shadowVersion,
    tally: {
      sums: pick(SUMS, row),
      histograms: pick(HISTOGRAM_NAMES, row),
      sketches: {
        active_items: Uint32Array.from(row.active_items),
        shadow_items: Uint32Array.from(row.shadow_items),
      },
      lowest: pick(LOWEST, row),
      highest: pick(HIGHEST, row),
    },
  };
}

/**
 * Hours in which a version was a shadow, newest first.
 * @param sinceMs beginning of the oldest hour that is wanted, milliseconds since 1970 UTC
 */
export async function readShadowHours(db: D1Database, shadowVersion: string, sinceMs: number): Promise<ShadowHour[]> {
  const rows = await drizzle(db)
    .select()
    .from(shadowHours)
    .where(and(eq(shadowHours.shadowVersion, shadowVersion), gte(shadowHours.hour, sinceMs)))
    .orderBy(desc(shadowHours.hour));
  return rows.map(toHour);
}
