import { svg } from "./elements.js";

/** Small drawings beside numbers. They repeat what the text says, so screen readers skip them. */

const FULL = 100;

/** @param {number} share 0 to 1 */
function width(share) {
  return `${Math.max(0, Math.min(1, share)) * FULL}%`;
}

/** A bar of this share of its place. @param {number} share 0 to 1 @param {string} [tone] a class that colours it */
export function bar(share, tone = "tone-0") {
  return svg(
    "svg",
    { class: `bar ${tone}`, "aria-hidden": "true" },
    svg("rect", { class: "rail", width: "100%", height: "100%", rx: 3 }),
    svg("rect", { class: "fill", width: width(share), height: "100%", rx: 3 }),
  );
}

/**
 * A share with its interval, on a scale that all rows of a table have in common.
 * @param {number} low @param {number} middle @param {number} high @param {number} scale what the right edge stands for
 */
export function interval(low, middle, high, scale) {
  return svg(
    "svg",
    { class: "interval", "aria-hidden": "true" },
    svg("line", { class: "rail", x1: "0", x2: "100%", y1: "50%", y2: "50%" }),
    svg("line", { class: "reach", x1: width(low / scale), x2: width(high / scale), y1: "50%", y2: "50%" }),
    svg("circle", { cx: width(middle / scale), cy: "50%", r: 4 }),
  );
}

/** Columns for a distribution. @param {number[]} counts */
export function columns(counts) {
  const highest = Math.max(1, ...counts);
  const each = FULL / counts.length;
  return svg(
    "svg",
    { class: "columns tone-0", "aria-hidden": "true", viewBox: "0 0 100 40", preserveAspectRatio: "none" },
    ...counts.map((count, place) => {
      const height = (count / highest) * 40;
      return svg("rect", { class: "fill", x: place * each + 0.5, y: 40 - height, width: each - 1, height });
    }),
  );
}
