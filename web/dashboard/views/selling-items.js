import { element } from "../elements.js";
import { amount, count, days, money } from "../format.js";
import { ageNote, nothing, panel, table } from "../panels.js";
import { rangeWords } from "../place.js";

/** @typedef {import("../panels.js").Context} Context */

/** A stock that lasts no longer is marked. */
const DAYS_LEFT_LATE = 7;

/** @param {any} answer @param {Context} context @param {any} question */
export function movers(answer, context, question) {
  const { currency } = context.session;
  const write = (/** @type {any} */ row, /** @type {number} */ value) => money(value, row.currency ?? currency);
  return panel({
    title: "Top movers",
    hint: `Items whose revenue changed most against the ${rangeWords(context.place)} before.`,
    question,
    body: [
      answer.data.length === 0
        ? nothing("Nothing sold in either range.")
        : table({
            caption: "Items by change of revenue",
            columns: [
              { head: "Item", cell: (row) => named(row) },
              { head: "Change", isNumber: true, cell: (row) => moved(row, write(row, Math.abs(row.change))) },
              { head: "Now", isNumber: true, cell: (row) => write(row, row.revenue) },
              { head: "Before", isNumber: true, cell: (row) => write(row, row.revenue_before) },
            ],
            rows: answer.data,
          }),
    ],
    age: ageNote(answer, context, { hasMoney: true }),
  });
}

/** @param {any} row */
function named(row) {
  return element("span", { class: "named" }, row.name ?? row.item_id, row.line ? element("small", {}, row.line) : null);
}

/** @param {any} row @param {string} by */
function moved(row, by) {
  if (row.change === 0) return element("span", {}, by);
  const isUp = row.change > 0;
  return element("span", { class: isUp ? "up" : "down" }, `${isUp ? "▲ +" : "▼ −"}${by}`);
}

/** @param {any} answer @param {Context} context @param {any} question */
export function stockRisk(answer, context, question) {
  return panel({
    title: "Running out",
    hint: "Items that sell, by how long their stock lasts at the pace of the last 14 days.",
    question,
    body: [
      answer.data.length === 0
        ? nothing(
            "Nothing that sells has a known stock.",
            "Name the stock’s column in endcap.config.ts (source.items.stock).",
          )
        : table({
            caption: "Items by days of stock left",
            columns: [
              { head: "Item", cell: (row) => named(row) },
              {
                head: "Lasts",
                isNumber: true,
                cell: (row) =>
                  element(
                    "span",
                    { class: row.days_left <= DAYS_LEFT_LATE ? "late" : false },
                    row.days_left <= DAYS_LEFT_LATE ? "! " : "",
                    days(row.days_left),
                  ),
              },
              { head: "Stock", isNumber: true, cell: (row) => count(row.stock) },
              { head: "A day", isNumber: true, cell: (row) => amount(row.units_per_day) },
              {
                head: "Revenue a day",
                isNumber: true,
                cell: (row) => money(row.revenue_per_day, context.session.currency),
              },
            ],
            rows: answer.data,
          }),
    ],
    age: ageNote(answer, context, { hasMoney: true }),
  });
}
