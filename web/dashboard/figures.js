/** From an answer's rows to what a chart draws. */

const HOUR_MILLISECONDS = 3_600_000;
/** Time zones differ by quarters of an hour. */
const QUARTER_MILLISECONDS = HOUR_MILLISECONDS / 4;

/**
 * The hours or days of an answer's range, also those in which nothing happened: an answer has no rows for them.
 * @typedef {{ times: number[], indexOf(time: string): number }} Buckets `times` in milliseconds since 1970 UTC
 */

/** @param {string} timezone @returns {(milliseconds: number) => string} the local date */
function dateIn(timezone) {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: timezone });
  return (milliseconds) => format.format(milliseconds);
}

/** When a date begins within an hour. @param {string} day @param {number} hour @param {(milliseconds: number) => string} date */
function firstOf(day, hour, date) {
  let time = hour;
  while (date(time) !== day) time += QUARTER_MILLISECONDS;
  return time;
}

/** @param {{ from: string, to: string, interval: string, timezone: string }} answer @returns {Buckets} */
export function bucketsOf({ from, to, interval, timezone }) {
  const date = dateIn(timezone);
  // Counters are of UTC's hours: where midnight is within one, the whole hour is of the day that begins in it.
  /** @type {(milliseconds: number) => string} */
  const keyOf =
    interval === "hour"
      ? (time) => String(Math.floor(time / HOUR_MILLISECONDS))
      : (time) => date(Math.floor(time / HOUR_MILLISECONDS) * HOUR_MILLISECONDS + HOUR_MILLISECONDS - 1);
  const begin = Math.floor(Date.parse(from) / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
  /** @type {number[]} */
  const times = [];
  /** @type {Map<string, number>} */
  const places = new Map();
  // Hour by hour, since a day may have 23 or 25 of them.
  for (let time = begin; time < Date.parse(to); time += HOUR_MILLISECONDS) {
    const key = keyOf(time);
    if (places.has(key)) continue;
    places.set(key, times.length);
    times.push(interval === "hour" ? time : firstOf(key, time, date));
  }
  return { times, indexOf: (time) => places.get(keyOf(Date.parse(time))) ?? -1 };
}

/**
 * Sums of `value` for each bucket.
 * @param {any[]} rows @param {Buckets} buckets @param {(row: any) => number} value
 * @returns {number[]}
 */
export function sumsBy(rows, buckets, value) {
  const sums = buckets.times.map(() => 0);
  for (const row of rows) {
    const index = buckets.indexOf(row.time);
    if (index >= 0) sums[index] = (sums[index] ?? 0) + value(row);
  }
  return sums;
}

/** @param {any[]} rows @param {(row: any) => number | null} value @returns {number} */
export function total(rows, value) {
  return rows.reduce((sum, row) => sum + (value(row) ?? 0), 0);
}

/** Groups by a key, the largest first. @param {any[]} rows @param {(row: any) => string} key @param {(row: any) => number} value */
export function largestFirst(rows, key, value) {
  return [...Map.groupBy(rows, key)]
    .map(([name, own]) => ({ name, rows: own, sum: total(own, value) }))
    .sort((one, other) => other.sum - one.sum);
}

/** Of a normal distribution, 95 % lie within so many standard deviations of the mean. */
const DEVIATIONS_OF_95_PERCENT = 1.96;

/**
 * Wilson's 95 % interval of a share, as the API gives it for each row; here for their sum.
 * @param {number} hits @param {number} trials
 * @returns {{ low: number, share: number, high: number } | null} null without trials, and with more hits than trials
 */
export function wilson(hits, trials) {
  if (trials === 0 || hits < 0 || hits > trials) return null;
  const z2 = DEVIATIONS_OF_95_PERCENT ** 2;
  const share = hits / trials;
  const scale = 1 + z2 / trials;
  const middle = (share + z2 / (2 * trials)) / scale;
  const reach =
    (DEVIATIONS_OF_95_PERCENT / scale) *
    Math.sqrt(Math.max(0, (share * (1 - share)) / trials + z2 / (4 * trials ** 2)));
  return { low: Math.max(0, middle - reach), share, high: Math.min(1, middle + reach) };
}

/**
 * What share of what was shown was clicked, put into a cart or bought. Rows of which more came than was shown (an
 * e-mail's links, a page that does not say what it shows) are left out: they would be counted above the line only.
 * @param {any[]} rows @param {"clicks" | "carts" | "purchases"} name
 * @returns {{ share: ReturnType<typeof wilson>, leftOut: number }} `leftOut`: of how many the share does not tell
 */
export function shareOfShown(rows, name) {
  const isShown = (/** @type {any} */ row) => row[name] <= row.impressions;
  const known = rows.filter(isShown);
  const sum = (/** @type {string} */ of) => total(known, (row) => row[of]);
  return { share: wilson(sum(name), sum("impressions")), leftOut: total(rows, (row) => row[name]) - sum(name) };
}
