import { element, prose } from "../elements.js";
import { count, duration, percent, short } from "../format.js";
import { badge, nothing, panel, table } from "../panels.js";

/**
 * @typedef {import("../panels.js").Context} Context
 * @typedef {import("../panels.js").Column} Column
 */

const GOOD_STATES = new Set(["complete", "completed", "active", "indexed", "validated", "published"]);
const BAD_STATES = new Set(["failed", "refused", "errored"]);

/** @param {string} state */
function stateBadge(state) {
  return badge(GOOD_STATES.has(state) ? "good" : BAD_STATES.has(state) ? "late" : "plain", state);
}

/** A panel of one list. @param {{ title: string, hint?: string, caption: string, empty: string, advice?: string, rows: any[], columns: Column[], age: Node, isWide?: boolean }} list */
function list({ title, hint, caption, empty, advice, rows, columns, age, isWide = true }) {
  const body = rows.length === 0 ? nothing(empty, advice) : table({ caption, columns, rows, isSaved: true });
  return panel({ title, ...(hint === undefined ? {} : { hint }), body: [body], age: age.cloneNode(true), isWide });
}

/** Sums of a run's counts over its entities. @param {any} counts @param {string} name */
function counted(counts, name) {
  return Object.values(counts ?? {}).reduce(
    (/** @type {number} */ sum, entity) => sum + (Number(entity?.[name]) || 0),
    0,
  );
}

/** @param {any} pipelines @param {Context} context @param {Node} age */
function runs({ sync_runs: rows }, { clock }, age) {
  return list({
    title: "Sync runs",
    caption: "The last runs of the sync, newest first",
    empty: "No run yet.",
    advice: "Start one: npm run endcap -- sync run.",
    rows,
    age,
    columns: [
      { head: "Began", cell: (row) => clock.minute(row.started_at), plain: (row) => row.started_at },
      { head: "State", cell: (row) => stateBadge(row.state), plain: (row) => row.state },
      { head: "By", cell: (row) => row.trigger },
      {
        head: "Took",
        isNumber: true,
        cell: (row) => duration(row.duration_seconds),
        plain: (row) => row.duration_seconds,
      },
      {
        head: "Replica behind",
        isNumber: true,
        cell: (row) => duration(row.lag_seconds),
        plain: (row) => row.lag_seconds,
      },
      {
        head: "Read",
        isNumber: true,
        cell: (row) => count(counted(row.counts, "read")),
        plain: (row) => counted(row.counts, "read"),
      },
      { head: "Error", cell: (row) => prose(row.error) },
    ],
  });
}

/** @param {any} quality @param {Context} context @param {Node} age */
function drift({ drift: rows }, { clock }, age) {
  return list({
    title: "Changes of the source’s format",
    caption: "Drift of the shop’s tables, newest first",
    empty: "The shop’s tables are as they were.",
    rows,
    age,
    columns: [
      { head: "Noticed", cell: (row) => clock.minute(row.noticed_at), plain: (row) => row.noticed_at },
      { head: "Where", cell: (row) => `${row.table}${row.column ? `.${row.column}` : ""}` },
      { head: "Kind", cell: (row) => row.kind.replaceAll("_", " ") },
      { head: "Effect", cell: (row) => prose(row.message ?? row.effect) },
    ],
  });
}

/** @param {any} quality @param {Node} age */
function setAside({ rows_set_aside: { now, by_day: byDay } }, age) {
  return [
    list({
      title: "Rows set aside",
      hint: "Rows of the source that cannot be used, or wait for another row.",
      caption: "Rows of the source that are set aside now",
      empty: "Every row is in use.",
      rows: now,
      age,
      isWide: false,
      columns: [
        { head: "Entity", cell: (row) => row.entity },
        { head: "Set aside", isNumber: true, cell: (row) => count(row.set_aside), plain: (row) => row.set_aside },
        { head: "Waiting", isNumber: true, cell: (row) => count(row.waiting), plain: (row) => row.waiting },
      ],
    }),
    list({
      title: "Rows read by day",
      caption: "Rows read and set aside by UTC day, newest first",
      empty: "No run in the last 7 days.",
      rows: byDay,
      age,
      isWide: false,
      columns: [
        { head: "UTC day", cell: (row) => row.day },
        { head: "Entity", cell: (row) => row.entity },
        { head: "Read", isNumber: true, cell: (row) => count(row.read), plain: (row) => row.read },
        { head: "Set aside", isNumber: true, cell: (row) => count(row.set_aside), plain: (row) => row.set_aside },
        { head: "Share", isNumber: true, cell: (row) => percent(row.share, 2), plain: (row) => row.share },
      ],
    }),
  ];
}

/** @param {any} quality @param {Node} age */
function rejected({ rejected: rows }, age) {
  return list({
    title: "Quarantine",
    hint: "What was kept instead of taken, with the reason.",
    caption: "Records kept in quarantine by UTC day, newest first",
    empty: "Nothing was refused in the last 7 days.",
    rows,
    age,
    isWide: false,
    columns: [
      { head: "UTC day", cell: (row) => row.day },
      { head: "From", cell: (row) => row.source },
      { head: "Reason", cell: (row) => row.reason.replaceAll("_", " "), plain: (row) => row.reason },
      { head: "Records", isNumber: true, cell: (row) => count(row.records), plain: (row) => row.records },
    ],
  });
}

/** @param {any} quality @param {Node} age */
function deadLetters({ dead_letters: rows }, age) {
  return list({
    title: "Dead letters",
    hint: "Messages that failed as often as they may. Send them again: npm run endcap -- dead-letters replay.",
    caption: "Dead letters by UTC day and queue, newest first",
    empty: "None in the last 7 days.",
    rows,
    age,
    isWide: false,
    columns: [
      { head: "UTC day", cell: (row) => row.day },
      { head: "Queue", cell: (row) => row.queue },
      { head: "Letters", isNumber: true, cell: (row) => count(row.letters), plain: (row) => row.letters },
      {
        head: "Not sent again",
        isNumber: true,
        cell: (row) => count(row.not_sent_again),
        plain: (row) => row.not_sent_again,
      },
    ],
  });
}

/** @param {any} pipelines @param {Context} context @param {Node} age */
function exported({ exports: rows }, { clock }, age) {
  return list({
    title: "Exports",
    caption: "The last exports, newest first",
    empty: "No export yet.",
    advice: "One is made by its timetable, or now: npm run endcap -- exports create.",
    rows,
    age,
    columns: [
      { head: "Export", cell: (row) => element("code", {}, row.id) },
      { head: "State", cell: (row) => stateBadge(row.state), plain: (row) => row.state },
      { head: "As of", cell: (row) => clock.minute(row.as_of), plain: (row) => row.as_of },
      { head: "Rows", isNumber: true, cell: (row) => count(rowsOf(row.rows)), plain: (row) => rowsOf(row.rows) },
      {
        head: "Bytes",
        isNumber: true,
        cell: (row) => (row.bytes === null ? "–" : short(row.bytes)),
        plain: (row) => row.bytes,
      },
      { head: "Error", cell: (row) => prose(row.error) },
    ],
  });
}

/** An export counts its rows by table. @param {unknown} rows @returns {number | null} */
function rowsOf(rows) {
  if (rows === null || rows === undefined || typeof rows === "number") return rows ?? null;
  return Object.values(rows).reduce((sum, each) => sum + Number(each), 0);
}

/** @param {any} quality @param {Context} context @param {Node} age */
function notices({ notices: rows }, { clock }, age) {
  return list({
    title: "Notices",
    caption: "Notices opened in the last 7 days, newest first",
    empty: "Nobody had to be told anything in the last 7 days.",
    rows,
    age,
    columns: [
      { head: "Opened", cell: (row) => clock.minute(row.opened_at), plain: (row) => row.opened_at },
      {
        head: "State",
        cell: (row) =>
          row.closed_at === null
            ? badge(row.expected ? "plain" : "late", "open")
            : badge("good", `closed ${clock.minute(row.closed_at)}`),
        plain: (row) => row.closed_at ?? "open",
      },
      {
        head: "What",
        cell: (row) =>
          element("span", { class: "named" }, row.kind.replaceAll("_", " "), element("small", {}, row.subject)),
      },
      { head: "Message", cell: (row) => prose(row.message) },
    ],
  });
}

/** @param {any} quality @param {Context} context */
function ofWeek({ from, to }, { clock }) {
  return element("p", { class: "age" }, `${clock.minute(from)} to ${clock.minute(to)} · ${clock.zone}`);
}

/** @param {Context} context */
function ofNow({ clock, now }) {
  return element("p", { class: "age" }, `At ${clock.second(now)} · ${clock.zone}`);
}

/** What ran, what was refused and what people were told. @param {any} answers @param {Context} context @returns {import("../parts.js").Part[]} */
export function listParts(answers, context) {
  const week = () => ofWeek(answers.quality, context);
  return [
    { title: "Sync runs", draw: () => runs(answers.pipelines, context, ofNow(context)) },
    { title: "Changes of the source’s format", draw: () => drift(answers.quality, context, ofNow(context)) },
    { title: "Rows set aside", draw: () => setAside(answers.quality, week()) },
    { title: "Quarantine", draw: () => rejected(answers.quality, week()), isWide: false },
    { title: "Dead letters", draw: () => deadLetters(answers.quality, week()), isWide: false },
    { title: "Exports", draw: () => exported(answers.pipelines, context, ofNow(context)) },
    { title: "Notices", draw: () => notices(answers.quality, context, week()) },
  ];
}
