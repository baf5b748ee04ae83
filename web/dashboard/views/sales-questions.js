import { RANGE_HOURS } from "../place.js";

/**
 * @typedef {import("../panels.js").Context} Context
 * @typedef {import("../api.js").Question} Question
 */

const HOUR_MILLISECONDS = 3_600_000;
/** More lines than this nobody tells apart; the others are one line more. */
export const LINES_SHOWN = 6;
const ROWS_SHOWN = 10;
/** No series of a chart comes near it: 90 days of six lines are 540 rows. */
const ROWS_MAX = "5000";

/** Hours for a day, days for more. @param {string} range */
export function intervalOf(range) {
  return range === "24h" ? "hour" : "day";
}

/** What the view of sales asks. @param {Context} context */
export function salesQuestions({ place: { range, split }, clock: { zone } }) {
  const common = { timezone: zone, period: range };
  const series = { ...common, interval: intervalOf(range), limit: ROWS_MAX };
  return {
    sales: { report: "sales", params: series },
    split: { report: "sales", params: { ...series, group_by: split, top: String(LINES_SHOWN) } },
    interest: { report: "interest", params: { ...common, interval: "total" } },
    movers: { report: "movers", params: { ...common, top: String(ROWS_SHOWN) } },
    stock: { report: "stock-risk", params: { timezone: zone, top: String(ROWS_SHOWN) } },
    shoppers: { report: "shoppers", params: { timezone: zone } },
  };
}

/**
 * What is compared: where the range began is known from its answer. The running hour is not over, so totals are
 * compared up to where it begins, with as much of the range before.
 * @param {{ sales: { from: string } }} answers @param {Context} context
 */
export function comparedQuestions({ sales }, { place: { range }, clock: { zone }, now }) {
  const length = (RANGE_HOURS[/** @type {keyof typeof RANGE_HOURS} */ (range)] ?? 0) * HOUR_MILLISECONDS;
  const from = Date.parse(sales.from);
  const end = Math.floor(now / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
  const between = (/** @type {number} */ begin, /** @type {number} */ end, /** @type {string} */ interval) => ({
    report: "sales",
    params: {
      timezone: zone,
      from: new Date(begin).toISOString(),
      to: new Date(end).toISOString(),
      interval,
      limit: ROWS_MAX,
    },
  });
  return {
    before: between(from - length, from, intervalOf(range)),
    complete: between(from, end, "total"),
    completeBefore: between(from - length, end - length, "total"),
  };
}
