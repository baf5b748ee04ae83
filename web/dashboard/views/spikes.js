import { chartPlace } from "../charts.js";
import { element } from "../elements.js";
import { amount, chance, count } from "../format.js";
import { ageNote, figuresOf, nothing, panel, table, tile, tiles } from "../panels.js";
import { hashOf } from "../place.js";

/** @typedef {import("../panels.js").Context} Context */

const SHOWN_MAX = "50";
const SERIES_HOURS = "72";
const HOUR_MILLISECONDS = 3_600_000;
const CURVE = "Observed and expected";

const SIGNALS = { interest: "Interest", sales: "Sales" };
/** As far back as a report of spikes can ask in one word; the list says how many there are more. */
const LIST = { report: "spikes", params: { period: "365d", limit: SHOWN_MAX } };

/** @param {any} spike */
function signalOf({ signal }) {
  return SIGNALS[/** @type {keyof typeof SIGNALS} */ (signal)] ?? signal;
}

/** @param {any} spike */
function nameOf(spike) {
  return spike.name ?? spike.subject;
}

/** The one that is looked at: the chosen one, else the newest that goes on, else the newest. @param {any[]} spikes @param {string | null} chosen */
function lookedAt(spikes, chosen) {
  return (
    spikes.find(({ id }) => String(id) === chosen) ??
    spikes.find(({ ended_at: end }) => end === null) ??
    spikes[0] ??
    null
  );
}

/** When was looked last, which is how old all of this is. @param {any} answer @param {Context} context */
function lookedNote(answer, context) {
  if (answer.as_of !== null) return ageNote(answer, context);
  return element(
    "p",
    { class: "age" },
    `Nobody has looked yet: the first look comes within five minutes · ${context.clock.zone}`,
  );
}

/** @param {any} spike @param {Context} context */
function card(spike, { clock, place }, isChosen = false) {
  return element(
    "li",
    { "data-key": `spike-${spike.id}` },
    element(
      "a",
      { class: "spike", href: hashOf({ ...place, spike: String(spike.id) }), "aria-current": isChosen && "true" },
      element("span", { class: "ratio" }, `${amount(spike.ratio)}×`),
      element(
        "span",
        { class: "named" },
        nameOf(spike),
        element("small", {}, `${signalOf(spike)}${spike.line ? ` · ${spike.line}` : ""}`),
      ),
      element(
        "span",
        { class: "facts" },
        `${count(spike.observed)} instead of ${amount(spike.expected)} in an hour, since ${clock.minute(spike.started_at)}. By chance: ${chance(spike.p_value)}.`,
      ),
    ),
  );
}

/** @param {any} answer @param {any} spike @param {Context} context */
function series(answer, spike, context) {
  const { clock } = context;
  const rows = answer.data;
  const times = rows.map((/** @type {any} */ row) => Date.parse(row.time));
  const write = (/** @type {number} */ value) => amount(value);
  const name = nameOf(spike);
  const what = signalOf(spike).toLowerCase();
  const begins = clock.minute(spike.started_at);
  return panel({
    title: CURVE,
    hint: `${name}: ${what} by the hour. Unusual since ${begins}${spike.ended_at === null ? ", and still" : ` until ${clock.minute(spike.ended_at)}`}; at its peak (${clock.minute(spike.peak_hour)}) ${amount(spike.peak_ratio)} times what was expected.`,
    question: { report: `spikes/${encodeURIComponent(spike.id)}/series`, params: { hours: SERIES_HOURS } },
    body: [
      chartPlace("spike-series", {
        label: `${name}: ${what} by the hour, observed and expected, over ${SERIES_HOURS} hours. The figures follow as a table.`,
        times,
        lines: [
          { name: "Observed", values: rows.map((/** @type {any} */ row) => row.observed), tone: 1, isFilled: true },
          { name: "Expected", values: rows.map((/** @type {any} */ row) => row.expected), tone: "before" },
        ],
        isHourly: true,
        clock,
        write,
        writeShort: write,
      }),
      figuresOf({
        caption: "Observed and expected by the hour",
        columns: [
          { head: "Hour", cell: (row) => clock.minute(row.time) },
          { head: "Observed", isNumber: true, cell: (row) => amount(row.observed) },
          {
            head: "Expected",
            isNumber: true,
            cell: (row) => (row.expected === null ? "too little known" : amount(row.expected)),
          },
        ],
        rows,
      }),
    ],
    age: lookedNote(answer, context),
    isWide: true,
  });
}

/** @param {any} answer @param {Context} context */
function past(answer, context) {
  const { clock, place } = context;
  const chosen = lookedAt(answer.data, place.spike);
  const ended = answer.data.filter((/** @type {any} */ spike) => spike.ended_at !== null);
  return panel({
    title: "Earlier spikes",
    question: { ...LIST, params: { ...LIST.params, open: "false" } },
    body: [
      ended.length === 0
        ? nothing("None has ended yet.")
        : table({
            caption: "Spikes that have ended",
            columns: [
              {
                head: "What",
                cell: (row) =>
                  element(
                    "a",
                    {
                      class: "named",
                      href: hashOf({ ...place, spike: String(row.id) }),
                      "aria-current": row === chosen && "true",
                    },
                    nameOf(row),
                    element("small", {}, signalOf(row)),
                  ),
              },
              { head: "From", cell: (row) => clock.minute(row.started_at) },
              { head: "Until", cell: (row) => clock.minute(row.ended_at) },
              { head: "Peak", isNumber: true, cell: (row) => `${amount(row.peak_ratio)}×` },
              { head: "By chance", cell: (row) => chance(row.p_value) },
            ],
            rows: ended,
          }),
    ],
    age: lookedNote(answer, context),
    isWide: true,
  });
}

/** @param {any} answer */
function openOf({ data }) {
  return data.filter((/** @type {any} */ spike) => spike.ended_at === null);
}

/** @param {any} answer @param {Context} context */
function totals(answer, context) {
  const open = openOf(answer);
  // Of a longer list the page knows the newest: there are at least so many.
  const atLeast = (/** @type {any[]} */ spikes) => `${count(spikes.length)}${answer.next_cursor === null ? "" : "+"}`;
  const of = (/** @type {string} */ signal) => open.filter((/** @type {any} */ spike) => spike.signal === signal);
  const newest = open.filter(
    (/** @type {any} */ spike) => context.now - Date.parse(spike.started_at) < HOUR_MILLISECONDS,
  );
  return tiles(
    lookedNote(answer, context),
    tile({
      name: "Going on",
      value: atLeast(open),
      note: newest.length > 0 ? `${count(newest.length)} since less than an hour` : "none in the last hour",
    }),
    tile({ name: "In interest", value: atLeast(of("interest")), note: "more views than usual" }),
    tile({ name: "In sales", value: atLeast(of("sales")), note: "more orders than usual" }),
    tile({
      name: "Strongest",
      value: open.length === 0 ? "–" : `${amount(Math.max(...open.map((/** @type {any} */ { ratio }) => ratio)))}×`,
      note: "of what was expected",
    }),
  );
}

/** @param {any} answer @param {Context} context */
function goingOn(answer, context) {
  const open = openOf(answer);
  const chosen = lookedAt(answer.data, context.place.spike);
  const calm = nothing(
    "Nothing unusual at present.",
    "Every five minutes each item’s hour is compared with what its past weeks let expect. An item needs some weeks of views or sales before anything can be unusual about it.",
  );
  return panel({
    title: "Going on now",
    question: { report: "spikes", params: { open: "true", limit: SHOWN_MAX } },
    body: [
      open.length === 0
        ? calm
        : element(
            "ul",
            { class: "spikes" },
            ...open.map((/** @type {any} */ spike) => card(spike, context, spike === chosen)),
          ),
    ],
    age: lookedNote(answer, context),
    isWide: true,
  });
}

/** What is wanted more than usual. */
export const spikesView = {
  title: "Demand spikes",
  /** Where whoever chose a spike is taken: its curve may be above or below what they see. */
  chosenPanel: CURVE,
  choices: ["zone"],
  /** @param {Context} _context */
  questions: (_context) => ({ spikes: LIST }),
  /** The chosen spike's curve can only be asked for once the list is known. @param {any} answers @param {Context} context */
  followUp({ spikes }, { place }) {
    const spike = lookedAt(spikes.data, place.spike);
    return spike === null
      ? {}
      : { series: { report: `spikes/${encodeURIComponent(spike.id)}/series`, params: { hours: SERIES_HOURS } } };
  },
  /** @param {any} answers @param {Context} context @returns {import("../parts.js").Part[]} */
  panels(answers, context) {
    return [
      { title: "Totals", draw: () => totals(answers.spikes, context) },
      { title: "Going on now", draw: () => goingOn(answers.spikes, context) },
      {
        title: CURVE,
        draw: () => {
          const chosen = lookedAt(answers.spikes.data, context.place.spike);
          return chosen === null ? [] : series(answers.series, chosen, context);
        },
      },
      { title: "Earlier spikes", draw: () => past(answers.spikes, context) },
    ];
  },
};
