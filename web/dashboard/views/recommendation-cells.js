import { interval } from "../bars.js";
import { element } from "../elements.js";
import { money, rate } from "../format.js";

/** A share with its interval, in words and drawn. @param {any} row @param {string} name @param {number} scale */
export function shareCell(row, name, scale) {
  const share = row[name];
  if (share === null || share === undefined) return "–";
  const [low, high] = [row[`${name}_low`], row[`${name}_high`]];
  return element(
    "span",
    { class: "share" },
    element("span", {}, rate(share)),
    element("small", {}, `${rate(low)} – ${rate(high)}`),
    interval(low, share, high, scale),
  );
}

/** What the right edge of a column of intervals stands for. @param {any[]} rows @param {string} name */
export function scaleOf(rows, name) {
  return Math.max(...rows.map((row) => row[`${name}_high`] ?? 0), Number.EPSILON);
}

/** Money of other currencies stands below the shop's own. @param {any} row @param {string} currency */
export function revenueCell(row, currency) {
  const others = Object.entries(row.revenue_other ?? {});
  return element(
    "span",
    { class: "named" },
    money(row.revenue, currency),
    ...others.map(([code, revenue]) => element("small", {}, `+ ${money(revenue, code)}`)),
  );
}
