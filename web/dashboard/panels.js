import { csvAddressOf } from "./api.js";
import { element } from "./elements.js";
import { count, duration } from "./format.js";

/**
 * What every view is made of.
 * @typedef {import("./elements.js").Child} Child
 * @typedef {import("./api.js").Question} Question
 * @typedef {{ head: string, isNumber?: boolean, isDrawing?: boolean, cell: (row: any) => Child, plain?: (row: any) => unknown }} Column
 *   `isDrawing`: only draws what another column says, and is left out where there is no room; `plain` is the cell of a CSV file, where it is not the cell's text
 * @typedef {{ session: import("./api.js").Session, place: import("./place.js").Place, clock: import("./format.js").Clock, now: number }} Context
 */

/** Tables that the page itself writes as CSV. @type {WeakMap<object, { heads: string[], rows: any[][] }>} */
const saved = new WeakMap();

/** @param {string} text @returns {string} for ids and file names */
function slug(text) {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

/** The id of a panel's heading. @param {string} title */
export function headingId(title) {
  return `panel-${slug(title)}`;
}

/**
 * How old figures are, where their days begin and in what money they are.
 * @param {{ as_of?: string | null, freshness_seconds?: number | null, orders_as_of?: string | null, timezone?: string, currency?: string, data?: any[], next_cursor?: string | null }} answer
 * @param {Context} context @param {{ hasMoney?: boolean }} [options]
 */
export function ageNote(answer, { clock, now }, { hasMoney = false } = {}) {
  const asOf = answer.as_of;
  if (asOf === undefined) return null;
  if (asOf === null)
    return element(
      "p",
      { class: "age late" },
      "How old these figures are cannot be told: a ledger or a queue does not answer.",
    );
  const age = Math.max(0, answer.freshness_seconds ?? (now - Date.parse(asOf)) / 1_000);
  const orders = answer.orders_as_of;
  return element(
    "p",
    { class: "age" },
    `Up to ${clock.moment(asOf, now)} (${duration(Math.round(age))} old)`,
    orders === undefined || orders === null ? null : `, the shop’s orders up to ${clock.minute(orders)}`,
    ` · ${clock.zone}`,
    hasMoney && answer.currency !== undefined ? ` · ${answer.currency}` : null,
    moreNote(answer),
  );
}

/** The page reads the first rows of a long answer only, and must say so. @param {{ data?: any[], next_cursor?: string | null }} answer */
export function moreNote({ data, next_cursor: next }) {
  if (next === undefined || next === null || data === undefined) return null;
  return ` · the first ${count(data.length)} rows of more`;
}

/** @param {string} title @param {Question} question */
function csvLink(title, question) {
  const download = `${slug(title)}.csv`;
  return element("a", { class: "csv", href: csvAddressOf(question), download, "aria-label": `${title} as CSV` }, "CSV");
}

/** @param {string} title @param {Node} table */
function csvButton(title, table) {
  const attributes = { type: "button", class: "csv", "data-saves": slug(title), "aria-label": `${title} as CSV` };
  return Object.assign(element("button", attributes, "CSV"), { carried: saved.get(table) });
}

/**
 * @param {{ title: string, hint?: Child, question?: Question, body: Child[], age?: Child, isWide?: boolean }} panel
 *   `question`: what its CSV link asks
 */
export function panel({ title, hint, question, body, age, isWide = false }) {
  const id = headingId(title);
  const table = body.find((child) => child instanceof Node && saved.has(child));
  return element(
    "section",
    { class: isWide ? "panel wide" : "panel", "data-key": id, "aria-labelledby": id },
    element(
      "header",
      {},
      element("h2", { id, tabindex: -1 }, title),
      question ? csvLink(title, question) : table instanceof Node && csvButton(title, table),
    ),
    hint === undefined || hint === null ? null : element("p", { class: "hint" }, hint),
    ...body,
    age,
  );
}

/** @param {Column} column */
function classOf({ isNumber, isDrawing }) {
  return isDrawing ? "drawing" : isNumber && "number";
}

/**
 * A table that scrolls by itself where it is too wide.
 * @param {{ caption: string, columns: Column[], rows: any[], isSaved?: boolean }} table `isSaved`: the page itself writes
 *   its CSV, since the API has none
 */
export function table({ caption, columns, rows, isSaved = false }) {
  const head = columns.map((column) => element("th", { scope: "col", class: classOf(column) }, column.head));
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      ...columns.map((column, place) =>
        element(place === 0 ? "th" : "td", { scope: place === 0 && "row", class: classOf(column) }, column.cell(row)),
      ),
    ),
  );
  const scroll = element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
  );
  if (isSaved) saved.set(scroll, { heads: columns.map(({ head }) => head), rows: plainRows(columns, rows) });
  return scroll;
}

/** @param {Column[]} columns @param {any[]} rows */
function plainRows(columns, rows) {
  return rows.map((row) => columns.map(({ plain, cell }) => (plain === undefined ? textOf(cell(row)) : plain(row))));
}

/** @param {Child} child */
function textOf(child) {
  return child instanceof Node ? child.textContent : child === false ? null : child;
}

/** The figures of a chart for whoever cannot see it. @param {Parameters<typeof table>[0]} figures */
export function figuresOf(figures) {
  return element("details", { class: "figures" }, element("summary", {}, "Figures"), table(figures));
}

/**
 * A figure that is read first.
 * @param {{ name: string, value: string, note?: Child, tone?: "up" | "down" | "late" | null }} tile
 */
export function tile({ name, value, note, tone }) {
  return element(
    "div",
    { class: "tile" },
    element("dt", {}, name),
    element("dd", { class: "figure" }, value),
    note === undefined || note === null ? null : element("dd", { class: tone ? `note ${tone}` : "note" }, note),
  );
}

/** The figures at the head of a view, and how old they are. @param {Child} age @param {...Child} tiles */
export function tiles(age, ...tiles) {
  return element("div", { class: "headline", "data-key": "tiles" }, element("dl", { class: "tiles" }, ...tiles), age);
}

/** What stands where nothing is to be shown yet, and what to do about it. @param {string} what @param {Child} [advice] */
export function nothing(what, advice) {
  return element(
    "div",
    { class: "nothing" },
    element("p", {}, what),
    advice ? element("p", { class: "hint" }, advice) : null,
  );
}

/** @param {"good" | "late" | "plain"} state @param {string} text a state is never told by colour alone */
export function badge(state, text) {
  return element("span", { class: `badge ${state}` }, text);
}
