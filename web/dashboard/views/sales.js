import { bar } from "../bars.js";
import { chartPlace } from "../charts.js";
import { bucketsOf, largestFirst, sumsBy, total } from "../figures.js";
import { change, count, money, percent } from "../format.js";
import { ageNote, figuresOf, nothing, panel, table, tile, tiles } from "../panels.js";
import { rangeWords } from "../place.js";
import { comparedQuestions, LINES_SHOWN, salesQuestions } from "./sales-questions.js";
import { movers, stockRisk } from "./selling-items.js";
import { shoppersByWeek } from "./shoppers.js";

/** @typedef {import("../panels.js").Context} Context */

const OTHERS = "All others";
/** Of money, what rounding leaves. */
const CENT = 0.005;

/** @param {any} row */
const revenueOf = (row) => row.revenue;

/** @param {import("../place.js").Place} place */
function splitWords({ split }) {
  return split === "line" ? "product line" : "country";
}

/** @param {string} split @param {string} name */
function shown(split, name) {
  if (name === "") return split === "line" ? "No line" : "Unknown country";
  if (split === "line") return name;
  return new Intl.DisplayNames(undefined, { type: "region", fallback: "code" }).of(name) ?? name;
}

/** @param {number} value @param {number} before @param {string} since @returns {{ note: string, tone: "up" | "down" | null }} */
function comparison(value, before, since) {
  const changed = change(value, before);
  if (changed === null)
    return { note: `${before < 0 ? "less than nothing" : "nothing"} in the ${since} before`, tone: null };
  const tone = value > before ? "up" : value < before ? "down" : null;
  const arrow = tone === "up" ? "▲ " : tone === "down" ? "▼ " : "";
  return { note: `${arrow}${changed} on the ${since} before`, tone: tone };
}

/** @param {any} answers @param {Context} context */
function totals(answers, context) {
  const { currency } = context.session;
  const own = (/** @type {any} */ answer) => ownRows(answer, currency);
  const [present, complete, before] = [own(answers.sales), own(answers.complete), own(answers.completeBefore)];
  const since = rangeWords(context.place);
  const orders = (/** @type {any[]} */ rows) => total(rows, (row) => row.orders);
  const units = (/** @type {any[]} */ rows) => total(rows, (row) => row.units);
  const each = (/** @type {any[]} */ rows) => (orders(rows) === 0 ? null : total(rows, revenueOf) / orders(rows));
  const [eachComplete, eachBefore] = [each(complete), each(before)];
  return tiles(
    ageNote(answers.sales, context, { hasMoney: true }),
    tile({
      name: "Revenue",
      value: money(total(present, revenueOf), currency),
      ...comparison(total(complete, revenueOf), total(before, revenueOf), since),
    }),
    tile({ name: "Orders", value: count(orders(present)), ...comparison(orders(complete), orders(before), since) }),
    tile({ name: "Pieces", value: count(units(present)), ...comparison(units(complete), units(before), since) }),
    tile({
      name: "Average order",
      value: money(each(present), currency),
      ...(eachComplete === null || eachBefore === null ? {} : comparison(eachComplete, eachBefore, since)),
    }),
    tile({
      name: "Views",
      value: count(total(answers.interest.data, (row) => row.views)),
      note: `${count(total(answers.interest.data, (row) => row.carts))} put into a cart`,
    }),
  );
}

/** Money of another currency is never added to the shop's own. @param {any} answer @param {string} currency */
function ownRows(answer, currency) {
  return answer.data.filter((/** @type {any} */ row) => row.currency === currency);
}

/** Rows that a chart can place: of an order of which only the day is known nobody knows the hour. @param {any} answer @param {string} currency */
function placed(answer, currency) {
  return ownRows(answer, currency).filter(
    (/** @type {any} */ row) => !(answer.interval === "hour" && row.grain === "day"),
  );
}

/** @param {any} answers @param {Context} context @param {any} question */
function overTime({ sales, before }, context, question) {
  const { clock, session } = context;
  const { currency } = session;
  const buckets = bucketsOf(sales);
  const earlier = bucketsOf(before);
  const present = sumsBy(placed(sales, currency), buckets, revenueOf);
  const past = sumsBy(placed(before, currency), earlier, revenueOf);
  // Aligned at their ends: where a clock was put forward, one of both ranges is an hour longer.
  const earlierValues = buckets.times.map((_, place) => past[place + past.length - buckets.times.length] ?? null);
  const isHourly = sales.interval === "hour";
  const since = rangeWords(context.place);
  const all = total(ownRows(sales, currency), revenueOf);
  const unplaced = all - total(placed(sales, currency), revenueOf);
  const write = (/** @type {number} */ value) => money(value, currency);
  const chart = chartPlace("revenue", {
    label: `Revenue by the ${sales.interval} of the last ${since}: ${write(all)} in all. The figures follow as a table.`,
    times: buckets.times,
    lines: [
      { name: `Last ${since}`, values: present, tone: 0, isFilled: true },
      { name: `The ${since} before`, values: earlierValues, tone: "before" },
    ],
    isHourly,
    clock,
    write,
    writeShort: (value) => money(value, currency, true),
  });
  const time = isHourly ? clock.minute : clock.day;
  const figures = figuresOf({
    caption: "Revenue and the range before",
    columns: [
      { head: isHourly ? "Hour" : "Day", cell: (place) => time(buckets.times[place]) },
      { head: "Revenue", isNumber: true, cell: (place) => write(present[place] ?? 0) },
      { head: "The range before", isNumber: true, cell: (place) => write(earlierValues[place] ?? 0) },
    ],
    rows: [...buckets.times.keys()],
  });
  const hint =
    isHourly && unplaced > CENT
      ? `The present hour is still running. ${write(unplaced)} came from orders of which only the day is known: they are in the totals, in no hour.`
      : `The present ${sales.interval} is still running.`;
  return panel({
    title: "Revenue",
    hint,
    question,
    body: [chart, figures],
    age: ageNote(sales, context, { hasMoney: true }),
    isWide: true,
  });
}

/** @param {any} answers @param {Context} context @param {any} question */
function bySplit({ sales, split: answer }, context, question) {
  const { clock, session, place } = context;
  const { currency } = session;
  const { split } = place;
  const what = splitWords(place);
  const own = ownRows(answer, currency);
  const groups = largestFirst(own, (row) => row[split], revenueOf).slice(0, LINES_SHOWN);
  const all = total(ownRows(sales, currency), revenueOf);
  const buckets = bucketsOf(answer);
  const write = (/** @type {number} */ value) => money(value, currency);
  const lines = groups.map(({ name, rows, sum }, tone) => ({
    name: shown(split, name),
    values: sumsBy(placed({ ...answer, data: rows }, currency), buckets, revenueOf),
    tone,
    summary: write(sum),
    sum,
  }));
  const rest = all - total(groups, ({ sum }) => sum);
  const bars = [...lines, ...(Math.abs(rest) > CENT ? [{ name: OTHERS, sum: rest, tone: "before" }] : [])];
  // Where more came back than was sold of something, nothing is a share of the whole.
  const hasShares = all > 0 && bars.every(({ sum }) => sum >= 0);
  const shareOf = (/** @type {{ sum: number }} */ { sum }) => (hasShares ? sum / all : null);
  const isHourly = answer.interval === "hour";
  const time = isHourly ? clock.minute : clock.day;
  return panel({
    title: `Revenue by ${what}`,
    question,
    body: [
      chartPlace(`by-${split}`, {
        label: `Revenue by ${what}: ${lines.map(({ name, summary }) => `${name} ${summary}`).join(", ")}. The figures follow as a table.`,
        times: buckets.times,
        lines,
        isHourly,
        clock,
        write,
        writeShort: (value) => money(value, currency, true),
      }),
      table({
        caption: `Totals by ${what}`,
        columns: [
          { head: split === "line" ? "Product line" : "Country", cell: (row) => row.name },
          { head: "Share", isDrawing: true, cell: (row) => bar(shareOf(row) ?? 0, `tone-${row.tone}`) },
          { head: "Per cent", isNumber: true, cell: (row) => percent(shareOf(row)) },
          { head: "Revenue", isNumber: true, cell: (row) => write(row.sum) },
        ],
        rows: bars,
      }),
      figuresOf({
        caption: `Revenue by ${what} and ${isHourly ? "hour" : "day"}`,
        columns: [
          { head: isHourly ? "Hour" : "Day", cell: (row) => time(buckets.times[row]) },
          ...lines.map(({ name, values }) => ({
            head: name,
            isNumber: true,
            cell: (/** @type {number} */ row) => write(values[row] ?? 0),
          })),
        ],
        rows: [...buckets.times.keys()],
      }),
    ],
    age: ageNote(answer, context, { hasMoney: true }),
    isWide: true,
  });
}

/** Money without a rate is never added to the shop's own. @param {any} answer @param {Context} context @param {any} question */
function otherCurrencies(answer, context, question) {
  const apart = answer.data.filter((/** @type {any} */ row) => row.currency !== context.session.currency);
  if (apart.length === 0) return [];
  return [
    panel({
      title: "Other currencies",
      hint: "Without an exchange rate (shop.exchangeRates) these are in no figure above.",
      question,
      body: [
        table({
          caption: "Revenue by currency",
          columns: [
            { head: "Currency", cell: (row) => row.name },
            { head: "Orders", isNumber: true, cell: (row) => count(total(row.rows, (one) => one.orders)) },
            { head: "Pieces", isNumber: true, cell: (row) => count(total(row.rows, (one) => one.units)) },
            { head: "Revenue", isNumber: true, cell: (row) => money(row.sum, row.name) },
          ],
          rows: largestFirst(apart, (row) => row.currency, revenueOf),
        }),
      ],
      age: ageNote(answer, context),
      isWide: true,
    }),
  ];
}

/** @param {any} answer */
function hasSold({ data }) {
  return data.some((/** @type {any} */ row) => row.order_items > 0);
}

/** @param {any} answers */
function hasSales(answers) {
  return hasSold(answers.sales) || hasSold(answers.before);
}

/** @param {any} answer @param {Context} context */
function noSales(answer, context) {
  const empty = nothing(
    `Nothing sold in the last ${rangeWords(context.place)}.`,
    "Sales come from the shop’s orders (run a sync: npm run endcap -- sync run) and from purchase events (POST /v1/events). Or choose a longer range.",
  );
  return panel({ title: "Revenue", body: [empty], age: ageNote(answer, context, { hasMoney: true }), isWide: true });
}

/** What sold, and how that compares. */
export const salesView = {
  title: "Sales",
  choices: ["range", "split", "zone"],
  questions: salesQuestions,
  followUp: comparedQuestions,
  /** @param {any} answers @param {Context} context @returns {import("../parts.js").Part[]} */
  panels(answers, context) {
    const questions = salesQuestions(context);
    return [
      { title: "Totals", draw: () => totals(answers, context) },
      {
        title: "Revenue",
        draw: () => (hasSales(answers) ? overTime(answers, context, questions.sales) : noSales(answers.sales, context)),
      },
      {
        title: `Revenue by ${splitWords(context.place)}`,
        draw: () => (hasSales(answers) ? bySplit(answers, context, questions.split) : []),
      },
      { title: "Other currencies", draw: () => otherCurrencies(answers.sales, context, questions.sales) },
      { title: "Top movers", draw: () => movers(answers.movers, context, questions.movers), isWide: false },
      { title: "Running out", draw: () => stockRisk(answers.stock, context, questions.stock), isWide: false },
      { title: "Shoppers by week", draw: () => shoppersByWeek(answers.shoppers, context, questions.shoppers) },
    ];
  },
};
