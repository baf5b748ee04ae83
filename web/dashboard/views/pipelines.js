import { bar } from "../bars.js";
import { element, prose } from "../elements.js";
import { count, duration, percent } from "../format.js";
import { ageNote, badge, nothing, panel, table, tile, tiles } from "../panels.js";
import { listParts } from "./pipeline-lists.js";

/** @typedef {import("../panels.js").Context} Context */

const QUALITY_PERIOD = "7d";

const FLOWS = {
  replica_to_d1: ["Shop database", "into Endcap’s own"],
  d1_to_vectors: ["Items", "into the model’s index"],
  event_to_session: ["Events", "on to the ledger"],
  event_to_rollup: ["Events", "into these figures"],
  event_to_lake: ["Events", "into the lake"],
  served_to_rollup: ["Answers", "into these figures"],
  export: ["Exports", "for data scientists"],
  model: ["Model", "since it was published"],
};

const QUESTIONS = {
  freshness: { report: "freshness", params: {} },
  quality: { report: "quality", params: { period: QUALITY_PERIOD } },
  pipelines: { report: "pipelines", params: {} },
};

/** @param {any} flow */
function flowName({ flow }) {
  const [name, detail] = FLOWS[/** @type {keyof typeof FLOWS} */ (flow)] ?? [flow, ""];
  return element("span", { class: "named" }, name, element("small", {}, detail));
}

/** @param {any[]} flows */
function namesOf(flows) {
  return flows.map(({ flow }) => FLOWS[/** @type {keyof typeof FLOWS} */ (flow)]?.join(" ") ?? flow).join("; ");
}

/** @param {any} flow */
function flowState({ met, expected, age_seconds: age }) {
  if (met === null) return badge("plain", "unknown");
  if (!met) return expected ? badge("plain", "late, announced") : badge("late", "late");
  return age === null ? badge("plain", "nothing yet") : badge("good", "on time");
}

/** @param {any} flow */
function againstObjective({ age_seconds: age, objective_seconds: objective, met }) {
  if (age === null || objective === null) return "";
  return bar(age / objective, met ? "tone-0" : "tone-1");
}

/** @param {any} freshness @param {Context} context */
function flows(freshness, context) {
  return panel({
    title: "Freshness",
    hint: "How long the oldest fact that has not arrived has been waiting, against the objective of each flow.",
    body: [
      table({
        caption: "Flows against their objectives",
        isSaved: true,
        columns: [
          { head: "Flow", cell: flowName, plain: (row) => row.flow },
          { head: "State", cell: flowState },
          { head: "Age", isNumber: true, cell: (row) => duration(row.age_seconds), plain: (row) => row.age_seconds },
          {
            head: "Of the objective",
            cell: againstObjective,
            plain: (row) =>
              row.objective_seconds && row.age_seconds !== null ? row.age_seconds / row.objective_seconds : null,
          },
          {
            head: "Objective",
            isNumber: true,
            cell: (row) => duration(row.objective_seconds),
            plain: (row) => row.objective_seconds,
          },
          {
            head: "Complete up to",
            isNumber: true,
            cell: (row) => context.clock.minute(row.newest_at),
            plain: (row) => row.newest_at,
          },
          { head: "What to know", cell: (row) => prose(row.message) },
        ],
        rows: freshness.flows,
      }),
    ],
    age: ageNote(freshness, context),
    isWide: true,
  });
}

/** @param {any} freshness @param {Context} context */
function headline(freshness, context) {
  const { flows, waiting, degraded, problems } = freshness;
  const late = flows.filter((/** @type {any} */ flow) => flow.met === false);
  const unknown = flows.filter((/** @type {any} */ flow) => flow.met === null);
  const quarantined = waiting.quarantined_rows + waiting.quarantined_events;
  const paused = waiting.paused ?? [];
  return tiles(
    ageNote(freshness, context),
    tile({
      name: "Flows on time",
      value: `${count(flows.length - late.length - unknown.length)} of ${count(flows.length)}`,
      note:
        late.length === 0
          ? unknown.length === 0
            ? "every objective is met"
            : `not known of: ${namesOf(unknown)}`
          : `! late: ${namesOf(late)}`,
      tone: late.length === 0 ? null : "late",
    }),
    tile({
      name: "Degraded answers",
      value: percent(degraded.share),
      note: `of ${count(degraded.answers)}; slow ${percent(degraded.slow_share)}`,
    }),
    tile({
      name: "Set aside",
      value: count(quarantined),
      note: `${count(waiting.quarantined_rows)} rows, ${count(waiting.quarantined_events)} events`,
    }),
    tile({
      name: "Dead letters",
      value: count(waiting.dead_letters),
      note: waiting.dead_letters > 0 ? "! send them again" : "none waits",
      tone: waiting.dead_letters > 0 ? "late" : null,
    }),
    tile({
      name: "Open problems",
      value: count(problems.length),
      note: paused.length === 0 ? "nothing is paused" : `! paused: ${paused.join(", ")}`,
      tone: paused.length === 0 ? null : "late",
    }),
  );
}

/** @param {any} freshness @param {Context} context */
function problems(freshness, context) {
  const rows = freshness.problems;
  return panel({
    title: "Open problems",
    body: [
      rows.length === 0
        ? nothing("Nothing to do.", "Open notices and failures that nothing has mended since would stand here.")
        : table({
            caption: "What somebody should look at",
            isSaved: true,
            columns: [
              { head: "Since", cell: (row) => context.clock.minute(row.at), plain: (row) => row.at },
              {
                head: "What",
                cell: (row) =>
                  element(
                    "span",
                    { class: "named" },
                    (row.kind ?? row.source).replaceAll("_", " "),
                    element("small", {}, row.subject),
                  ),
              },
              {
                head: "Message",
                cell: (row) => prose(row.message, row.expected ? " (announced)" : ""),
              },
            ],
            rows,
          }),
    ],
    age: ageNote(freshness, context),
    isWide: true,
  });
}

/** @param {any} freshness @param {Context} context */
function queues(freshness, context) {
  return panel({
    title: "Queues",
    body: [
      table({
        caption: "What waits in queues",
        isSaved: true,
        columns: [
          { head: "Queue", cell: (row) => row.queue },
          { head: "Messages", isNumber: true, cell: (row) => count(row.backlog), plain: (row) => row.backlog },
          {
            head: "Oldest",
            isNumber: true,
            cell: (row) => duration(row.oldest_seconds),
            plain: (row) => row.oldest_seconds,
          },
        ],
        rows: freshness.queues,
      }),
    ],
    age: ageNote(freshness, context),
  });
}

/** @param {any} freshness @param {Context} context */
function degraded({ degraded, ...freshness }, context) {
  const { reasons, answers } = degraded;
  return panel({
    title: "Degraded answers",
    hint: `Of the hour that began at ${context.clock.hour(degraded.from)}: ${count(answers)} answers, ${percent(degraded.share)} without a part, ${percent(degraded.slow_share)} later than 100 ms${degraded.lost > 0 ? `, ${count(degraded.lost)} not counted` : ""}.`,
    body: [
      reasons.length === 0
        ? nothing("No answer lacked a part.")
        : table({
            caption: "Why answers were degraded",
            isSaved: true,
            columns: [
              { head: "Reason", cell: (row) => row.reason.replaceAll("_", " "), plain: (row) => row.reason },
              {
                head: "Of the degraded",
                cell: (row) => bar(row.answers / degraded.degraded, "tone-1"),
                plain: (row) => row.answers / degraded.degraded,
              },
              { head: "Answers", isNumber: true, cell: (row) => count(row.answers), plain: (row) => row.answers },
            ],
            rows: reasons,
          }),
    ],
    age: ageNote(freshness, context),
  });
}

/** How fresh and how healthy everything is. */
export const pipelinesView = {
  title: "Pipelines",
  choices: ["zone"],
  /** @param {Context} _context */
  questions: (_context) => QUESTIONS,
  /** @param {any} answers @param {Context} context @returns {import("../parts.js").Part[]} */
  panels(answers, context) {
    return [
      { title: "Totals", draw: () => headline(answers.freshness, context) },
      { title: "Freshness", draw: () => flows(answers.freshness, context) },
      { title: "Open problems", draw: () => problems(answers.freshness, context) },
      { title: "Queues", draw: () => queues(answers.freshness, context), isWide: false },
      { title: "Degraded answers", draw: () => degraded(answers.freshness, context), isWide: false },
      ...listParts(answers, context),
    ];
  },
};
