import { z } from "zod";

import { SCOPES, SIGNALS } from "../../../../domain/analytics/spikes/judge.ts";
import { MODEL_STATES } from "../../../../domain/models/lifecycle.ts";
import { freshnessSchema, pipelinesSchema, qualitySchema } from "../../analytics/freshness.ts";
import { listSchema as spikesSchema, seriesSchema } from "../../analytics/spikes.ts";
import { count, entity, flowName, listOf, share, time } from "../answers.ts";
import type { Operation, Resource } from "../operation.ts";
import { deadLetter } from "./dead-letters.ts";
import { EXAMPLE_EXPORT, exported } from "./exports.ts";
import { notice } from "./notices.ts";
import { quarantineDay, quarantineFile } from "./quarantine.ts";
import { reportOperations } from "./reports.ts";
import { EXAMPLE_RUN, formatChange, syncRun } from "./sync.ts";

const VIEWER = { kind: "viewer", scopes: ["analytics:read"] } as const;
const CSV = { "text/csv": "The same rows as a table; the next page is in the header `Link`." };

const asOfLook = {
  as_of: time.nullable().describe("When was last looked; null before the first look."),
  freshness_seconds: z.number().nullable(),
};

const asOfNow = { as_of: time.describe("When it was computed."), freshness_seconds: z.number() };
const TABLE_FIELD = "Which list is meant where a table is asked for; JSON has all.";
const AS_TABLE = { "text/csv": "The list that `table` names, as a table." };
const EXAMPLE_AGE = { as_of: "2026-11-21T10:57:00.000Z", freshness_seconds: 0 };

const spike = z
  .strictObject({
    id: z.int(),
    scope: z.enum(SCOPES),
    subject: z.string(),
    name: z.string(),
    line: z.string().nullable(),
    signal: z.enum(SIGNALS),
    started_at: time,
    seen_at: time,
    ended_at: time.nullable(),
    hour: time,
    observed: z.number(),
    expected: z.number(),
    ratio: z.number(),
    p_value: z.number(),
    peak_ratio: z.number(),
    peak_hour: time,
  })
  .meta({ id: "Spike" });

const spikeGroup = z
  .strictObject({
    line: z.string().optional().describe("Empty for items of which no line is known."),
    scope: z.enum(SCOPES).optional(),
    signal: z.enum(SIGNALS).optional(),
    spikes: count,
    open: count.describe("How many of them go on."),
    peak_ratio: z.number(),
  })
  .meta({ id: "SpikeGroup" });

const flow = z
  .strictObject({
    flow: flowName,
    newest_at: time.nullable(),
    age_seconds: z.number().nullable(),
    objective_seconds: z.number().nullable(),
    met: z.boolean().nullable().describe("Null while somebody who should know does not answer."),
    expected: z.boolean(),
    message: z.string(),
  })
  .meta({ id: "Flow" });

const problem = z
  .strictObject({
    at: time.nullable(),
    source: z.string(),
    kind: z.string().nullable(),
    subject: z.string(),
    message: z.string(),
    expected: z.boolean(),
  })
  .meta({ id: "Problem" });

const freshness = z
  .strictObject({
    status: z.enum(["ok", "late", "unknown"]),
    ...asOfNow,
    flows: z.array(flow),
    queues: z.array(
      z.strictObject({
        queue: z.string(),
        backlog: count.nullable().describe("Null where the platform does not say."),
        oldest_seconds: z.number().nullable(),
      }),
    ),
    waiting: z.strictObject({
      dead_letters: count,
      quarantined_rows: count,
      quarantined_events: count,
      paused: z.array(entity),
    }),
    degraded: z.strictObject({
      from: time,
      answers: count,
      degraded: count,
      share: share.nullable(),
      slow: count,
      slow_share: share.nullable(),
      lost: count,
      reasons: z.array(z.strictObject({ reason: z.string(), answers: count })),
    }),
    problems: z.array(problem),
  })
  .meta({ id: "Freshness" });

const quality = z
  .strictObject({
    from: time,
    to: time,
    timezone: z.string().describe("Of days: always UTC."),
    ...asOfNow,
    rows_set_aside: z.strictObject({
      now: z.array(z.strictObject({ entity: z.string(), set_aside: count, waiting: count })),
      by_day: z.array(
        z.strictObject({
          day: z.iso.date(),
          entity: z.string(),
          runs: count,
          read: count,
          set_aside: count,
          share: share.nullable(),
        }),
      ),
    }),
    rejected: z.array(quarantineDay),
    drift: z.array(formatChange),
    dead_letters: z.array(
      z.strictObject({ day: z.iso.date(), queue: z.string(), letters: count, not_sent_again: count }),
    ),
    notices: z.array(notice),
  })
  .meta({ id: "Quality" });

const pipelines = z
  .strictObject({
    sync_runs: z.array(syncRun),
    exports: z.array(exported),
    models: z.array(
      z.strictObject({
        version: z.string(),
        state: z.enum(MODEL_STATES),
        previous: z.boolean(),
        shadow_share: share.nullable(),
        problems: z.array(z.string()),
        description: z.string().nullable(),
        published_at: time.nullable(),
        activated_at: time.nullable(),
        retired_at: time.nullable(),
      }),
    ),
    quarantine: z.array(quarantineFile),
    dead_letters: z.array(deadLetter),
    ...asOfNow,
  })
  .meta({ id: "Pipelines" });

const EXAMPLE_SPIKE = {
  id: 31,
  scope: "item",
  subject: "S700_1691",
  name: "1897 Resolute Clipper",
  line: "Ships",
  signal: "interest",
  started_at: "2026-11-21T08:00:00.000Z",
  seen_at: "2026-11-21T10:57:00.000Z",
  ended_at: null,
  hour: "2026-11-21T10:00:00.000Z",
  observed: 214,
  expected: 22.4,
  ratio: 9.55,
  p_value: 1.2e-14,
  peak_ratio: 9.6,
  peak_hour: "2026-11-21T10:00:00.000Z",
};
const EXAMPLE_LOOK = { as_of: "2026-11-21T10:57:00.000Z", freshness_seconds: 40 };

const spikeOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/analytics/spikes",
    id: "listSpikes",
    summary: "List unusual demand of a time, newest first",
    access: VIEWER,
    query: spikesSchema,
    fields: {
      open: "`true` for what goes on, `false` for what is over.",
      scope: "Only items, or only product lines.",
      signal: "Only what is looked at, or only what sells.",
      subject: "Only this item or line.",
      line: "Only this line and the items that are in it now; empty for items that nobody knows.",
      group_by:
        "How many there were of each, instead of a list: names of dimensions, separated by commas. At most 1,000 groups.",
      top: "Only the most unlikely ones, or the groups with the most: one page.",
    },
    answers: [
      {
        status: 200,
        description: "Spikes.",
        schema: listOf(z.union([spike, spikeGroup])).extend({
          from: time,
          to: time,
          timezone: z.string(),
          group_by: z.array(z.string()),
          ...asOfLook,
        }),
        example: {
          data: [EXAMPLE_SPIKE],
          next_cursor: null,
          from: "2026-11-20T11:00:00.000Z",
          to: "2026-11-21T11:00:00.000Z",
          timezone: "Europe/Amsterdam",
          group_by: [],
          ...EXAMPLE_LOOK,
        },
        alsoAs: CSV,
      },
    ],
    refusals: ["invalid_cursor"],
    example: { query: { open: "true" } },
  },
  {
    method: "get",
    path: "/v1/analytics/spikes/{id}/series",
    id: "getSpikeSeries",
    summary: "List the hours of a spike's item or line",
    access: VIEWER,
    query: seriesSchema,
    fields: { id: "The spike's id.", hours: "How many hours, the last of them now, or a day after its end." },
    answers: [
      {
        status: 200,
        description: "Hours, beside what was expected of them.",
        schema: listOf(
          z
            .strictObject({ time, observed: z.number().nullable(), expected: z.number().nullable() })
            .meta({ id: "SpikeHour" }),
        ).extend(asOfLook),
        example: {
          data: [{ time: "2026-11-21T10:00:00.000Z", observed: 214, expected: 22.4 }],
          next_cursor: null,
          ...EXAMPLE_LOOK,
        },
        alsoAs: CSV,
      },
    ],
    refusals: ["not_found"],
    example: { path: { id: "31" }, query: { hours: "48" } },
  },
];

const healthOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/analytics/freshness",
    id: "getFreshness",
    summary: "Tell what is late, what waits and what is wrong",
    access: VIEWER,
    query: freshnessSchema,
    answers: [
      {
        status: 200,
        description: "Flows against their objectives.",
        schema: freshness,
        example: {
          status: "ok",
          ...EXAMPLE_AGE,
          flows: [
            {
              flow: "replica_to_d1",
              newest_at: "2026-11-21T10:55:00.000Z",
              age_seconds: 120,
              objective_seconds: 900,
              met: true,
              expected: false,
              message: "Synced 2 minutes ago.",
            },
          ],
          queues: [{ queue: "events", backlog: 0, oldest_seconds: null }],
          waiting: { dead_letters: 0, quarantined_rows: 0, quarantined_events: 8, paused: [] },
          degraded: {
            from: "2026-11-21T10:00:00.000Z",
            answers: 1_204,
            degraded: 2,
            share: 0.0017,
            slow: 0,
            slow_share: 0,
            lost: 0,
            reasons: [{ reason: "vector_timeout", answers: 2 }],
          },
          problems: [],
        },
        alsoAs: { "text/csv": "The flows as a table." },
      },
    ],
    example: {},
  },
  {
    method: "get",
    path: "/v1/analytics/quality",
    id: "getQuality",
    summary: "Tell what could not be taken, and how the source changed",
    access: VIEWER,
    query: qualitySchema,
    fields: { period: "How far back.", table: TABLE_FIELD },
    answers: [
      {
        status: 200,
        description: "How good the data was that came in.",
        schema: quality,
        example: {
          from: "2026-11-14T10:57:00.000Z",
          to: "2026-11-21T10:57:00.000Z",
          timezone: "UTC",
          ...EXAMPLE_AGE,
          rows_set_aside: {
            now: [{ entity: "items", set_aside: 1, waiting: 0 }],
            by_day: [{ day: "2026-11-21", entity: "items", runs: 131, read: 260, set_aside: 1, share: 0.0038 }],
          },
          rejected: [{ day: "2026-11-21", source: "events", reason: "unknown_event", records: 8 }],
          drift: [],
          dead_letters: [],
          notices: [],
        },
        alsoAs: AS_TABLE,
      },
    ],
    example: { query: { period: "7d" } },
  },
  {
    method: "get",
    path: "/v1/analytics/pipelines",
    id: "getPipelines",
    summary: "Tell what the pipelines did last",
    access: VIEWER,
    query: pipelinesSchema,
    fields: { table: TABLE_FIELD },
    answers: [
      {
        status: 200,
        description: "The newest 20 of each.",
        schema: pipelines,
        example: {
          sync_runs: [EXAMPLE_RUN],
          exports: [EXAMPLE_EXPORT],
          models: [],
          quarantine: [],
          dead_letters: [],
          ...EXAMPLE_AGE,
        },
        alsoAs: AS_TABLE,
      },
    ],
    example: {},
  },
];

/** `/v1/analytics`. */
export const analytics: Resource = {
  name: "Analytics",
  description:
    "What marketing and operators see. Answers are computed at most every five seconds for all who ask the same; whoever " +
    "signed in at the dashboard may look, too.",
  operations: [...reportOperations, ...spikeOperations, ...healthOperations],
};
