import { columns } from "../bars.js";
import { element } from "../elements.js";
import { amount, count, percent } from "../format.js";
import { ageNote, badge, nothing, panel, table } from "../panels.js";
import { revenueCell, scaleOf, shareCell } from "./recommendation-cells.js";

/** @typedef {import("../panels.js").Context} Context */

/** @param {any} answers @param {Context} context @param {any} question */
function sideBySide({ byModel, models }, context, question) {
  const { clock, session } = context;
  const states = new Map(models.data.map((/** @type {any} */ model) => [model.version, model]));
  // Versions that have answered, and those that have not yet.
  const served = byModel.data.map((/** @type {any} */ row) => ({ ...row, ...states.get(row.model) }));
  const idle = models.data.filter(
    (/** @type {any} */ { version, state }) =>
      state !== "retired" && !byModel.data.some((/** @type {any} */ row) => row.model === version),
  );
  const rows = [...served, ...idle.map((/** @type {any} */ model) => ({ ...model, model: model.version }))];
  const clickScale = scaleOf(served, "click_through");
  const buyScale = scaleOf(served, "conversion");
  return panel({
    title: "Models side by side",
    hint: `Versions served at different times met different shoppers: a fair comparison serves both at once.${models.next_cursor === null ? "" : ` Of more models the states of the first ${count(models.data.length)} are known here.`}`,
    question,
    body: [
      rows.length === 0
        ? nothing(
            "No model yet.",
            "Popular and similar items are served without one. Train one: npm run endcap -- train --export ID (docs/training.md).",
          )
        : table({
            caption: "Recommendations by model version",
            columns: [
              {
                head: "Model",
                cell: (row) =>
                  element(
                    "span",
                    { class: "named" },
                    row.model || "no model",
                    element(
                      "small",
                      {},
                      row.activated_at
                        ? `${row.state === "active" ? "active since" : "last activated"} ${clock.minute(row.activated_at)}`
                        : row.published_at
                          ? `published ${clock.minute(row.published_at)}`
                          : "",
                    ),
                  ),
              },
              {
                head: "State",
                cell: (row) => (row.state ? badge(row.state === "active" ? "good" : "plain", row.state) : "–"),
              },
              { head: "Shown", isNumber: true, cell: (row) => count(row.impressions) },
              { head: "Click-through", cell: (row) => shareCell(row, "click_through", clickScale) },
              { head: "Conversion", cell: (row) => shareCell(row, "conversion", buyScale) },
              {
                head: "Revenue",
                isNumber: true,
                cell: (row) => (row.revenue === undefined ? "–" : revenueCell(row, session.currency)),
              },
            ],
            rows,
          }),
    ],
    age: ageNote(byModel, context, { hasMoney: true }),
    isWide: true,
  });
}

/** @param {any} model @param {any} answer @param {Context} context */
function shadowPanel({ version, shadow }, answer, context) {
  const { clock } = context;
  const comparisons = shadow.comparisons ?? [];
  return panel({
    title: `Shadow ${version}`,
    hint: `Ranks ${shadow.share === null ? "no more requests" : `${percent(shadow.share)} of the requests`} beside the active model; shoppers never see it. Overlap says how different it is, not whether it is better.`,
    body: [
      comparisons.length === 0
        ? nothing("No comparison yet.", "The first comes with the first sampled request.")
        : table({
            caption: `How ${version} compares`,
            isSaved: true,
            columns: [
              {
                head: "Against",
                cell: (row) =>
                  element(
                    "span",
                    { class: "named" },
                    row.active_version,
                    element("small", {}, `${clock.minute(row.from)} to ${clock.minute(row.to)}`),
                  ),
              },
              {
                head: "Compared",
                isNumber: true,
                cell: (row) =>
                  element(
                    "span",
                    { class: "named" },
                    count(row.answers.compared),
                    element("small", {}, `of ${count(row.answers.sampled)}`),
                  ),
                plain: (row) => row.answers.compared,
              },
              {
                head: `Overlap of the first ${comparisons[0].overlap.at}`,
                cell: (row) => overlap(row),
                plain: (row) => row.overlap.mean,
              },
              { head: "Same order (tau)", isNumber: true, cell: (row) => amount(row.tau.mean) },
              { head: "Items, active", isNumber: true, cell: (row) => count(row.active.items) },
              { head: "Items, shadow", isNumber: true, cell: (row) => count(row.shadow.items) },
              {
                head: "Ranking, ms",
                isNumber: true,
                cell: (row) => `${amount(row.shadow.milliseconds.mean)} / ${amount(row.active.milliseconds.mean)}`,
              },
              { head: "Late or failed", isNumber: true, cell: (row) => count(row.answers.late + row.answers.failed) },
            ],
            rows: comparisons,
          }),
    ],
    age: ageNote(answer, context),
    isWide: true,
  });
}

/** @param {any} comparison */
function overlap({ overlap: { mean, interval, counts } }) {
  return element(
    "span",
    { class: "share" },
    element("span", {}, percent(mean)),
    interval === null ? null : element("small", {}, `${percent(interval[0])} – ${percent(interval[1])}`),
    columns(counts),
  );
}

/** @param {any} models @param {Context} context */
function shadowPanels(models, context) {
  return models.data
    .filter((/** @type {any} */ { shadow }) => shadow !== null && shadow !== undefined)
    .map((/** @type {any} */ model) => shadowPanel(model, models, context));
}

/** The models beside each other, and what a shadow was seen to do. @param {any} answers @param {Context} context @param {any} questions */
export function modelParts(answers, context, questions) {
  return [
    { title: "Models side by side", draw: () => sideBySide(answers, context, questions.byModel) },
    { title: "Shadows", draw: () => shadowPanels(answers.models, context) },
  ];
}
