import type { Buckets } from "../../../domain/analytics/reports/buckets.ts";
import { type CountedRows, readCounted } from "./counted.ts";

/** What sold more or less in a range than in the one before. */
export interface Mover {
  /** The item's id, or the line. */
  readonly subject: string;
  /** Empty for the shop's own. */
  readonly currency: string;
  readonly revenue: number;
  readonly revenueBefore: number;
  readonly units: number;
  readonly unitsBefore: number;
  readonly change: number;
}

type MoverRow = Record<"revenue" | "revenue_before" | "units" | "units_before" | "change", number>;

/**
 * The largest changes first, in both directions; the shop's own currency before those that are kept apart.
 * @param column of the counters: what moves
 * @param ranges rows of both ranges; those of the later one have the time `present`
 */
export async function readMovers(
  db: D1Database,
  rows: CountedRows,
  column: "item_id" | "line",
  present: number,
  limit: number,
): Promise<Mover[]> {
  const isPresent = `time = ${Math.trunc(present)}`;
  const groups = await readCounted(db, {
    ...rows,
    isSold: true,
    keys: [column, "currency"],
    sums: {
      revenue: `sum(iif(${isPresent}, revenue, 0))`,
      revenue_before: `sum(iif(${isPresent}, 0, revenue))`,
      units: `sum(iif(${isPresent}, quantity, 0))`,
      units_before: `sum(iif(${isPresent}, 0, quantity))`,
      change: `sum(iif(${isPresent}, revenue, -revenue))`,
    },
    having: "abs(change) > 1e-6",
    order: ["currency <> ''", "abs(change) DESC", column, "currency"],
    limit,
  });
  return groups.map((group) => {
    const { revenue, revenue_before, units, units_before, change } = group as MoverRow;
    return {
      subject: String(group[column]),
      currency: String(group["currency"]),
      revenue,
      revenueBefore: revenue_before,
      units,
      unitsBefore: units_before,
      change,
    };
  });
}

/** The rows of two ranges as one question's. */
export function joinBuckets(before: Buckets, present: Buckets): Buckets {
  return {
    interval: present.interval,
    times: [...before.times, ...present.times],
    hours: [...before.hours, ...present.hours],
    days: [...before.days, ...present.days],
  };
}
