/**
 * Where on the dashboard somebody is: kept in the address, so that a link shows the same; the time zone is a person's
 * habit and kept in the browser.
 * @typedef {{ view: string, range: string, split: string, spike: string | null }} Place
 */

export const RANGE_HOURS = { "24h": 24, "7d": 7 * 24, "28d": 28 * 24, "90d": 90 * 24 };
/** How a range is said in a sentence. */
const RANGE_WORDS = { "24h": "24 hours", "7d": "7 days", "28d": "28 days", "90d": "90 days" };

/** @param {Place} place */
export function rangeWords({ range }) {
  return RANGE_WORDS[/** @type {keyof typeof RANGE_WORDS} */ (range)];
}

const DEFAULT_VIEW = "sales";
const DEFAULT_RANGE = "24h";
const SPLITS = ["line", "country"];
const ZONE_STORED_AS = "endcap.dashboard.zone";

/** @param {string[]} views the names that there are @returns {Place} */
export function readPlace(views) {
  const [view = "", query = ""] = location.hash.slice(1).split("?");
  const params = new URLSearchParams(query);
  const range = params.get("range") ?? "";
  const split = params.get("split") ?? "";
  return {
    view: views.includes(view) ? view : DEFAULT_VIEW,
    range: range in RANGE_HOURS ? range : DEFAULT_RANGE,
    split: SPLITS.includes(split) ? split : "line",
    spike: params.get("spike"),
  };
}

/** The address of a place. @param {Place} place @returns {string} */
export function hashOf({ view, range, split, spike }) {
  const params = new URLSearchParams();
  if (range !== DEFAULT_RANGE) params.set("range", range);
  if (split !== "line") params.set("split", split);
  if (spike !== null) params.set("spike", spike);
  const query = params.toString();
  return `#${view}${query === "" ? "" : `?${query}`}`;
}

/** @typedef {"shop" | "browser" | "utc"} ZoneChoice */

/** @returns {ZoneChoice} */
export function readZoneChoice() {
  const stored = localStorage.getItem(ZONE_STORED_AS);
  return stored === "browser" || stored === "utc" ? stored : "shop";
}

/** @param {ZoneChoice} choice */
export function keepZoneChoice(choice) {
  localStorage.setItem(ZONE_STORED_AS, choice);
}

/** The zone that the browser's computer is in. */
export function browserZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
