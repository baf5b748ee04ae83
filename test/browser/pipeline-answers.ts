import type { Answers } from "./full-answers.ts";
import { noise } from "./shop-figures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RUN_MINUTES = 5;

type Flow = readonly [flow: string, age: number | null, objective: number | null, message: string];

const FLOWS: readonly Flow[] = [
  ["replica_to_d1", 214, 900, "The last complete sync began 3 minutes ago."],
  ["d1_to_vectors", 0, 1_800, "Every item is in the index of the active model."],
  ["event_to_session", 3, 120, "Events are in their sessions before they are confirmed."],
  ["event_to_rollup", 9, 120, "The counters lack 9 seconds."],
  [
    "event_to_lake",
    731,
    600,
    "The oldest event that the lake lacks came 12 minutes ago. Look at the ledger’s shards: GET /v1/ledger.",
  ],
  ["export", 0, 21_600, "The last export is complete."],
  ["model", 432_000, null, "The active model was published 5 days ago."],
];
const UNKNOWN_FLOWS: readonly Flow[] = FLOWS.map(([flow, , objective]) => [
  flow,
  flow.startsWith("event") ? 0 : null,
  objective,
  "Nothing has come this way yet.",
]);

function freshness(now: number, isEmpty: boolean): object {
  const at = (milliseconds: number): string => new Date(now - milliseconds).toISOString();
  const flows = (isEmpty ? UNKNOWN_FLOWS : FLOWS).map(([flow, age, objective, message]) => ({
    flow,
    newest_at: age === null ? null : at(age * 1_000),
    age_seconds: age,
    objective_seconds: objective,
    met: age === null || objective === null || age <= objective,
    expected: false,
    message,
  }));
  const late = {
    at: at(2 * MINUTE),
    source: "notice",
    kind: "freshness_breach",
    subject: "event_to_lake",
    expected: false,
  };
  return {
    status: isEmpty ? "ok" : "late",
    as_of: at(0),
    flows,
    queues: [
      { queue: "events", backlog: isEmpty ? 0 : 12, oldest_seconds: isEmpty ? null : 3.2 },
      { queue: "served", backlog: isEmpty ? 0 : 4, oldest_seconds: isEmpty ? null : 1.1 },
      { queue: "events-dead", backlog: 0, oldest_seconds: null },
      { queue: "served-dead", backlog: null, oldest_seconds: null },
    ],
    waiting: isEmpty
      ? { dead_letters: 0, quarantined_rows: 0, quarantined_events: 0, paused: [] }
      : { dead_letters: 1, quarantined_rows: 3, quarantined_events: 17, paused: [] },
    degraded: {
      from: new Date(Math.floor(now / HOUR) * HOUR).toISOString(),
      ...(isEmpty
        ? { answers: 0, degraded: 0, share: null, slow: 0, slow_share: null, lost: 0, reasons: [] }
        : {
            answers: 4_812,
            degraded: 41,
            share: 41 / 4_812,
            slow: 12,
            slow_share: 12 / 4_812,
            lost: 0,
            reasons: [
              { reason: "session_late", answers: 29 },
              { reason: "similar_late", answers: 10 },
              { reason: "stale_control", answers: 2 },
            ],
          }),
    },
    problems: isEmpty ? [] : [{ ...late, message: "The oldest event that the lake lacks came 12 minutes ago." }],
  };
}

function quality(now: number, isEmpty: boolean): object {
  const at = (milliseconds: number): string => new Date(now - milliseconds).toISOString();
  const day = (days: number): string => at(days * DAY).slice(0, 10);
  const range = { from: at(7 * DAY), to: at(0) };
  if (isEmpty) {
    return {
      ...range,
      rows_set_aside: { now: [], by_day: [] },
      rejected: [],
      drift: [],
      dead_letters: [],
      notices: [],
    };
  }
  return {
    ...range,
    rows_set_aside: {
      now: [{ entity: "orders", set_aside: 3, waiting: 1 }],
      by_day: [0, 1, 2, 3].map((days) => {
        const read = Math.round(3_800 + 600 * noise(days, 1));
        return { day: day(days), entity: "orders", runs: 288, read, set_aside: 3, share: 3 / read };
      }),
    },
    rejected: [
      { day: day(0), source: "events", reason: "too_old", records: 17 },
      { day: day(1), source: "events", reason: "unknown_currency", records: 4 },
      { day: day(3), source: "orders", reason: "negative_price", records: 1 },
    ],
    drift: [
      {
        entity: "items",
        table: "products",
        column: "productMaterial",
        kind: "column_added",
        before: null,
        after: "varchar(40)",
        effect: "feature",
        message: "products.productMaterial is new: it is a feature from this run on.",
        noticed_at: at(2 * DAY),
        announcement_id: null,
      },
    ],
    dead_letters: [{ day: day(0), queue: "events", letters: 2, not_sent_again: 1 }],
    notices: [
      {
        id: 12,
        kind: "freshness_breach",
        subject: "event_to_lake",
        message: "The oldest event that the lake lacks came 12 minutes ago.",
        opened_at: at(2 * MINUTE),
        closed_at: null,
        expected: false,
        announcement_id: null,
      },
      {
        id: 11,
        kind: "source_unreachable",
        subject: "replica",
        message: "The replica does not answer.",
        opened_at: at(31 * HOUR),
        closed_at: at(30.4 * HOUR),
        expected: false,
        announcement_id: null,
      },
    ],
  };
}

function pipelines(now: number, isEmpty: boolean): object {
  const at = (milliseconds: number): string => new Date(now - milliseconds).toISOString();
  if (isEmpty) return { sync_runs: [], exports: [], models: [], quarantine: [], dead_letters: [] };
  const runs = Array.from({ length: 8 }, (_, place) => {
    const began = (3.5 + RUN_MINUTES * place) * MINUTE;
    const seconds = 11 + 6 * noise(place, 21);
    const isFailed = place === 5;
    return {
      run_id: `run-${place}`,
      run: 4_210 - place,
      state: isFailed ? "failed" : "complete",
      trigger: place === 3 ? "manual" : "cron",
      started_at: at(began),
      finished_at: at(began - seconds * 1_000),
      duration_seconds: seconds,
      lag_seconds: isFailed ? null : Math.round(2 + 3 * noise(place, 22)),
      counts: isFailed ? {} : { orders: { read: Math.round(40 * noise(place, 23)) }, items: { read: 110 } },
      progress: null,
      entities: {},
      error: isFailed ? "The replica closed the connection while it was read." : null,
      announcement_id: null,
    };
  });
  const exported = [0, 7].map((days) => ({
    id: `export-${at((days + 0.3) * DAY).slice(0, 10)}`,
    state: "complete",
    trigger: "cron",
    as_of: at((days + 0.3) * DAY),
    rows: { training: 184_220 - days * 900, ratings: 96_104, users: 5_122, items: 1_420 },
    bytes: 14_822_190,
    user_ids: "pseudonymous",
    started_at: at((days + 0.3) * DAY),
    finished_at: at((days + 0.29) * DAY),
    error: null,
  }));
  return { sync_runs: runs, exports: exported, models: [], quarantine: [], dead_letters: [] };
}

/** How fresh and how healthy everything is: in order but for the lake. */
export function pipelineAnswers(now: () => number, { isEmpty = false } = {}): Answers {
  return {
    freshness: () => freshness(now(), isEmpty),
    quality: () => quality(now(), isEmpty),
    pipelines: () => pipelines(now(), isEmpty),
  };
}
