import { bar } from "../bars.js";
import { chartPlace } from "../charts.js";
import { element } from "../elements.js";
import { bucketsOf, shareOfShown, sumsBy, total } from "../figures.js";
import { count, money, percent, rate } from "../format.js";
import { ageNote, figuresOf, nothing, panel, table, tile, tiles } from "../panels.js";
import { rangeWords } from "../place.js";
import { modelParts } from "./models.js";
import { revenueCell, scaleOf, shareCell } from "./recommendation-cells.js";
import { intervalOf, LINES_SHOWN } from "./sales-questions.js";

/** @typedef {import("../panels.js").Context} Context */

const ROWS_MAX = "5000";
const STEPS = /** @type {const} */ ([
  ["served", "Answered"],
  ["impressions", "Shown"],
  ["clicks", "Clicked"],
  ["carts", "Put into a cart"],
  ["purchases", "Bought"],
]);

/** @param {Context} context */
function questionsOf({ place: { range }, clock: { zone } }) {
  const params = { timezone: zone, period: range, limit: ROWS_MAX };
  return {
    recommendations: { report: "recommendations", params },
    series: {
      report: "recommendations",
      params: { ...params, interval: intervalOf(range), group_by: "placement", top: String(LINES_SHOWN) },
    },
    byModel: { report: "recommendations", params: { ...params, group_by: "model" } },
    models: { report: "models", params: { limit: "100" } },
    sales: { report: "sales", params: { ...params, interval: "total" } },
  };
}

/** @param {any} answers @param {Context} context */
function totals({ recommendations, sales }, context) {
  const { currency } = context.session;
  const rows = recommendations.data;
  const sum = (/** @type {string} */ name) => total(rows, (row) => row[name]);
  const shopRevenue = total(
    sales.data.filter((/** @type {any} */ row) => row.currency === currency),
    (row) => row.revenue,
  );
  const clicked = shareOfShown(rows, "clicks");
  const bought = shareOfShown(rows, "purchases");
  const reach = (/** @type {ReturnType<typeof shareOfShown>} */ { share, leftOut }) =>
    `${share === null ? "nothing was shown yet" : `95 %: ${rate(share.low)} to ${rate(share.high)}`}${leftOutWords(leftOut)}`;
  return tiles(
    ageNote(recommendations, context, { hasMoney: true }),
    tile({
      name: "Attributed revenue",
      value: money(sum("revenue"), currency),
      note: shopRevenue === 0 ? "no sales in this range" : `${percent(sum("revenue") / shopRevenue)} of all revenue`,
    }),
    tile({ name: "Click-through", value: rate(clicked.share?.share), note: reach(clicked) }),
    tile({ name: "Conversion", value: rate(bought.share?.share), note: reach(bought) }),
    tile({ name: "Shown", value: count(sum("impressions")), note: `of ${count(sum("served"))} answered` }),
    tile({ name: "Pieces sold", value: count(sum("units")), note: "after a recommendation" }),
  );
}

/** @param {number} leftOut */
function leftOutWords(leftOut) {
  return leftOut === 0 ? "" : `; ${count(leftOut)} not counted here: shown without our being told`;
}

/** What a step is a share of. @param {typeof STEPS[number][0]} name @param {any[]} rows */
function shareOf(name, rows) {
  if (name === "served") return "items in answers";
  if (name === "impressions") {
    const [served, shown] = [total(rows, (row) => row.served), total(rows, (row) => row.impressions)];
    return served === 0 ? "" : `${percent(shown / served)} of what was answered`;
  }
  const { share, leftOut } = shareOfShown(rows, name);
  return share === null
    ? ""
    : `${rate(share.share)} of what was shown (95 %: ${rate(share.low)} – ${rate(share.high)})${leftOutWords(leftOut)}`;
}

/** @param {any} answer @param {Context} context @param {any} question */
function funnel(answer, context, question) {
  const rows = answer.data;
  const sums = STEPS.map(([name, label]) => ({ name, label, sum: total(rows, (row) => row[name]) }));
  const widest = Math.max(1, ...sums.map(({ sum }) => sum));
  const steps = sums.map(({ name, label, sum }) =>
    element(
      "li",
      {},
      element("span", { class: "step" }, label),
      bar(sum / widest, "tone-0"),
      element("strong", {}, count(sum)),
      element("span", { class: "hint" }, shareOf(name, rows)),
    ),
  );
  return panel({
    title: "From answer to order",
    question,
    body: [element("ol", { class: "funnel" }, ...steps)],
    age: ageNote(answer, context),
  });
}

/** @param {any} answer @param {Context} context @param {any} question */
function overTime(answer, context, question) {
  const { clock, session } = context;
  const { currency } = session;
  const buckets = bucketsOf(answer);
  // By name: in the order of the rows a placement would change its colour as hours leave the range.
  const placements = [...Map.groupBy(answer.data, (/** @type {any} */ row) => String(row.placement))].sort(
    ([one], [other]) => (one < other ? -1 : 1),
  );
  const lines = placements.map(([placement, rows], tone) => ({
    name: placement === "" ? "No placement" : placement,
    values: sumsBy(/** @type {any[]} */ (rows), buckets, (row) => row.revenue),
    tone,
    isFilled: placements.length === 1,
    summary: money(
      total(/** @type {any[]} */ (rows), (row) => row.revenue),
      currency,
    ),
  }));
  const isHourly = answer.interval === "hour";
  const time = isHourly ? clock.minute : clock.day;
  const write = (/** @type {number} */ value) => money(value, currency);
  return panel({
    title: "Attributed revenue",
    ...(lines.length < LINES_SHOWN ? {} : { hint: `The ${LINES_SHOWN} placements that were shown most.` }),
    question,
    body: [
      chartPlace("attributed", {
        label: `Attributed revenue by placement: ${lines.map(({ name, summary }) => `${name} ${summary}`).join(", ")}. The figures follow as a table.`,
        times: buckets.times,
        lines,
        isHourly,
        clock,
        write,
        writeShort: (value) => money(value, currency, true),
      }),
      figuresOf({
        caption: "Attributed revenue by placement",
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
  });
}

/** @param {any} answer @param {Context} context @param {any} question */
function byPlacement(answer, context, question) {
  const { currency } = context.session;
  const rows = [...answer.data].sort(
    (one, other) => other.revenue - one.revenue || other.impressions - one.impressions,
  );
  const clickScale = scaleOf(rows, "click_through");
  const cartScale = scaleOf(rows, "cart_rate");
  const buyScale = scaleOf(rows, "conversion");
  return panel({
    title: "By placement and strategy",
    hint: "Shares are of what was shown, with the interval in which the true share lies with 95 % confidence: where two overlap widely, the difference may be chance.",
    question,
    body: [
      table({
        caption: "Recommendations by placement and strategy",
        columns: [
          {
            head: "Placement",
            cell: (row) =>
              element(
                "span",
                { class: "named" },
                row.placement || "none",
                element("small", {}, row.strategy || "no strategy"),
              ),
          },
          { head: "Answered", isNumber: true, cell: (row) => count(row.served) },
          { head: "Shown", isNumber: true, cell: (row) => count(row.impressions) },
          { head: "Clicked", isNumber: true, cell: (row) => count(row.clicks) },
          { head: "Click-through", cell: (row) => shareCell(row, "click_through", clickScale) },
          { head: "Cart rate", cell: (row) => shareCell(row, "cart_rate", cartScale) },
          { head: "Conversion", cell: (row) => shareCell(row, "conversion", buyScale) },
          { head: "Bought", isNumber: true, cell: (row) => count(row.purchases) },
          { head: "Revenue", isNumber: true, cell: (row) => revenueCell(row, currency) },
        ],
        rows,
      }),
    ],
    age: ageNote(answer, context, { hasMoney: true }),
    isWide: true,
  });
}

/** @param {any} answer @param {Context} context */
function noneAsked(answer, context) {
  const empty = nothing(
    `No recommendation was asked for in the last ${rangeWords(context.place)}.`,
    "They are asked for by GET /v1/recommendations. For clicks and sales, send its recommendation_id with each event, and view_item_list for what was shown.",
  );
  return panel({ title: "From answer to order", body: [empty], age: ageNote(answer, context), isWide: true });
}

/** What recommendations earn. */
export const recommendationsView = {
  title: "Recommendations",
  choices: ["range", "zone"],
  questions: questionsOf,
  /** @param {any} answers @param {Context} context @returns {import("../parts.js").Part[]} */
  panels(answers, context) {
    const questions = questionsOf(context);
    const isAny = () => answers.recommendations.data.length > 0;
    return [
      { title: "Totals", draw: () => (isAny() ? totals(answers, context) : []) },
      {
        title: "From answer to order",
        draw: () =>
          isAny()
            ? funnel(answers.recommendations, context, questions.recommendations)
            : noneAsked(answers.recommendations, context),
        isWide: false,
      },
      {
        title: "Attributed revenue",
        draw: () => (isAny() ? overTime(answers.series, context, questions.series) : []),
        isWide: false,
      },
      {
        title: "By placement and strategy",
        draw: () => (isAny() ? byPlacement(answers.recommendations, context, questions.recommendations) : []),
      },
      ...modelParts(answers, context, questions),
    ];
  },
};
