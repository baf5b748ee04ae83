import { DAY_MILLISECONDS } from "../../domain/ledger/limits.ts";

/** SQL: the beginning of the first hour that `hourly_lines` lacks. All before are in it, and what is late for them too. */
export const LINES_SUMMED_UNTIL = "(SELECT until FROM roll_up_state WHERE name = 'lines')";

const SUMS = ["views", "carts", "removals", "purchases", "quantity", "revenue"] as const;

/** What is there already is what comes out again, since whoever is late adds to both tables: two may do it at once. */
const SUM_UP = `INSERT INTO hourly_lines (hour, grain, line, currency, ${SUMS.join(", ")})
  SELECT hour, grain, line, currency, ${SUMS.map((name) => `sum(${name})`).join(", ")} FROM hourly_line_countries
  WHERE hour >= ?1 AND hour < ?2 AND grain = 'hour'
  GROUP BY hour, grain, line, currency
  ON CONFLICT (hour, grain, line, currency) DO UPDATE SET ${SUMS.map((name) => `${name} = excluded.${name}`).join(", ")}`;
const NOTE_SUMMED = "UPDATE roll_up_state SET until = max(until, ?1) WHERE name = 'lines'";
const OLDEST_UNSUMMED = `SELECT until, (
    SELECT min(hour) FROM hourly_line_countries WHERE hour >= until AND hour < ?1 AND grain = 'hour'
  ) AS oldest FROM roll_up_state WHERE name = 'lines'`;

/**
 * Sums the lines of hours up over their countries, a day in each transaction. From then on whoever counts adds to
 * both tables; before, a sum for each flush would cost more rows than all else that follows from an event.
 * @param before the first hour that is left, milliseconds since 1970 UTC
 * @param daysMax so many days at most
 * @returns how many days had rows
 */
export async function sumUpLines(db: D1Database, before: number, daysMax: number): Promise<number> {
  for (let summed = 0; summed < daysMax; summed++) {
    const state = await db.prepare(OLDEST_UNSUMMED).bind(before).first<{ until: number; oldest: number | null }>();
    if (state === null || state.oldest === null) return summed;
    const end = Math.min(before, (Math.floor(state.oldest / DAY_MILLISECONDS) + 1) * DAY_MILLISECONDS);
    await db.batch([db.prepare(SUM_UP).bind(state.until, end), db.prepare(NOTE_SUMMED).bind(end)]);
  }
  return daysMax;
}
