import { chartPlace } from "../charts.js";
import { clock, count, rate, short } from "../format.js";
import { ageNote, nothing, panel, table } from "../panels.js";

/** @typedef {import("../panels.js").Context} Context */

/** The ledger counts shoppers by UTC's weeks, whatever zone somebody looks from. */
const WEEKS = clock("UTC");

/** @param {any} week signed in, or known by their browser */
const fresh = (week) => week.new_users + week.new_clients;
/** @param {any} week */
const returning = (week) => week.returning_users + week.returning_clients;

/** Who comes for the first time, who comes back, and who buys again. @param {any} answer @param {Context} context @param {any} question */
export function shoppersByWeek(answer, context, question) {
  const weeks = answer.data;
  const isEmpty = weeks.every((/** @type {any} */ week) => fresh(week) + returning(week) + week.buyers === 0);
  return panel({
    title: "Shoppers by week",
    hint: "A shopper is a signed-in customer or a browser. Repeat buyers had bought before, be it in the same week. Weeks begin on Monday, UTC; the present one is still running.",
    question,
    body: isEmpty
      ? [
          nothing(
            "No shopper was seen yet.",
            "They are counted by the events that a storefront sends (POST /v1/events), buyers by the shop’s orders.",
          ),
        ]
      : [shoppersChart(weeks), buyersTable(weeks)],
    age: ageNote(answer, { ...context, clock: WEEKS }),
    isWide: true,
  });
}

/** @param {any[]} weeks */
function shoppersChart(weeks) {
  return chartPlace("shoppers", {
    label: "New and returning shoppers by week. The figures follow as a table.",
    times: weeks.map(({ week }) => Date.parse(week)),
    lines: [
      { name: "New", values: weeks.map(fresh), tone: 0 },
      { name: "Returning", values: weeks.map(returning), tone: 1 },
    ],
    isHourly: false,
    clock: WEEKS,
    write: count,
    writeShort: short,
  });
}

/** @param {any[]} weeks */
function buyersTable(weeks) {
  return table({
    caption: "Shoppers and buyers by week, newest first",
    columns: [
      { head: "Week from", cell: (week) => WEEKS.day(week.week) },
      { head: "New", isNumber: true, cell: (week) => count(fresh(week)) },
      { head: "Returning", isNumber: true, cell: (week) => count(returning(week)) },
      { head: "Buyers", isNumber: true, cell: (week) => count(week.buyers) },
      { head: "Repeat buyers", isNumber: true, cell: (week) => count(week.repeat_buyers) },
      { head: "Repeat rate", isNumber: true, cell: (week) => rate(week.repeat_rate) },
    ],
    rows: weeks.toReversed(),
  });
}
