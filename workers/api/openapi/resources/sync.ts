import { z } from "zod";

import { pauseSchema, resumeSchema } from "../../sync/pause.ts";
import { listSchema as quarantineListSchema } from "../../sync/quarantine.ts";
import { listSchema } from "../../sync.ts";
import { count, entity, listOf, time } from "../answers.ts";
import type { Operation, Resource } from "../operation.ts";

const entityCounts = z.strictObject({
  read: count,
  compared: count.optional().describe("By the source itself, by checksum."),
  changed: count,
  written: count,
  deleted: count,
  quarantined: count,
  erased: count.optional(),
});

const runFields = {
  run_id: z.string(),
  run: z.int().nullable(),
  state: z.enum(["queued", "running", "complete", "incomplete", "failed", "skipped"]),
  trigger: z.enum(["cron", "manual"]).nullable(),
  started_at: time.nullable(),
  finished_at: time.nullable(),
  duration_seconds: z.number().nullable(),
  lag_seconds: z.number().nullable().describe("How far the source was behind its primary when the run began."),
  counts: z.record(z.string(), entityCounts).describe("By entity, and `vectors` for the embeddings that followed."),
  progress: z.strictObject({ done: count, total: count }).nullable().describe("In rows."),
  entities: z.record(
    z.string(),
    z.strictObject({ state: z.enum(["complete", "unfinished", "paused", "failed"]), reasons: z.array(z.string()) }),
  ),
  error: z.string().nullable(),
  announcement_id: z.string().nullable().describe("The announcement that made a failure expected."),
};
export const syncRun = z.strictObject(runFields).meta({ id: "SyncRun" });

export const formatChange = z
  .strictObject({
    entity,
    table: z.string(),
    column: z.string().nullable(),
    kind: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    effect: z.enum(["goes_on", "sets_rows_aside", "pauses_entity"]),
    message: z.string(),
    noticed_at: time,
    announcement_id: z.string().nullable(),
  })
  .meta({ id: "FormatChange", description: "A change of the source's format, as a run noticed it." });

const paused = z
  .strictObject({
    all: z.boolean().describe("True while no run reads anything."),
    entities: z.array(entity),
    accept_deletions: z
      .array(entity)
      .describe("Entities whose next run may delete more rows than the configuration allows."),
  })
  .meta({ id: "Paused" });

const setAside = z
  .strictObject({
    entity,
    row_key: z.string(),
    state: z.enum(["waiting", "set_aside"]),
    reason: z.string(),
    detail: z.string(),
    first_run: z.int(),
    last_run: z.int(),
  })
  .meta({ id: "RowSetAside" });

const EXAMPLE_PAUSED = { all: false, entities: ["ratings"], accept_deletions: [] };
export const EXAMPLE_RUN = {
  run_id: "4f0d7f0a-6f0e-4c2b-9a51-3d1f0c7e5b10",
  run: 812,
  state: "complete",
  trigger: "cron",
  started_at: "2026-11-21T10:00:00.000Z",
  finished_at: "2026-11-21T10:00:07.120Z",
  duration_seconds: 7.12,
  lag_seconds: 0,
  counts: { items: { read: 110, compared: 0, changed: 2, written: 2, deleted: 0, quarantined: 0 } },
  progress: { done: 110, total: 110 },
  entities: { items: { state: "complete", reasons: [] } },
  error: null,
  announcement_id: null,
};

function pauseOperation(
  verb: "pause" | "resume",
  words: Pick<Operation, "summary" | "description">,
  schema: z.ZodType,
  body: object,
): Operation {
  return {
    method: "post",
    path: `/v1/sync/${verb}`,
    id: `${verb}Sync`,
    ...words,
    access: { kind: "server", scopes: ["sync:run"] },
    body: { schema, optional: true },
    fields: {
      entities: "These entities; where it is left out, the whole sync.",
      accept_deletions: "Agrees that the next run deletes as many rows as it finds gone.",
    },
    answers: [
      {
        status: 200,
        description: "What is paused then.",
        schema: z.strictObject({ paused }),
        example: { paused: EXAMPLE_PAUSED },
      },
    ],
    example: { body },
  };
}

/** `/v1/sync`. */
export const sync: Resource = {
  name: "Sync",
  description: "Runs that bring the shop's database to Endcap, what is paused, and rows that cannot be used.",
  operations: [
    {
      method: "post",
      path: "/v1/sync",
      id: "startSync",
      summary: "Start a run",
      description: "While another run is at work it ends as `skipped`.",
      access: { kind: "server", scopes: ["sync:run"] },
      answers: [
        {
          status: 202,
          description: "The run was created.",
          schema: z.strictObject({ run_id: z.string() }),
          example: { run_id: EXAMPLE_RUN.run_id },
        },
      ],
      example: {},
    },
    {
      method: "get",
      path: "/v1/sync",
      id: "listSyncRuns",
      summary: "List runs, newest first, and what is paused",
      access: { kind: "server", scopes: ["sync:run"] },
      query: listSchema,
      answers: [
        {
          status: 200,
          description: "Runs.",
          schema: listOf(syncRun).extend({ paused }),
          example: { data: [EXAMPLE_RUN], next_cursor: null, paused: EXAMPLE_PAUSED },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { limit: "5" } },
    },
    {
      method: "get",
      path: "/v1/sync/{run_id}",
      id: "getSyncRun",
      summary: "Tell how a run is",
      access: { kind: "server", scopes: ["sync:run"] },
      fields: { run_id: "As `POST /v1/sync` answered it." },
      answers: [
        {
          status: 200,
          description: "The run, and changes of the source's format that it noticed.",
          schema: z
            .strictObject({ ...runFields, drift: z.array(formatChange), paused })
            .meta({ id: "SyncRunWithDrift" }),
          example: { ...EXAMPLE_RUN, drift: [], paused: EXAMPLE_PAUSED },
        },
      ],
      refusals: ["invalid_request", "unknown_field", "not_found"],
      example: { path: { run_id: EXAMPLE_RUN.run_id } },
    },
    pauseOperation(
      "pause",
      { summary: "Pause the sync, or some entities", description: "Runs look at it when they begin." },
      pauseSchema,
      { entities: ["ratings"] },
    ),
    pauseOperation(
      "resume",
      {
        summary: "Go on with the sync, or some entities",
        description:
          "An entity that would have lost too many rows pauses itself; `accept_deletions` agrees to it, once.",
      },
      resumeSchema,
      { entities: ["items"], accept_deletions: true },
    ),
    {
      method: "get",
      path: "/v1/sync/quarantine",
      id: "listRowsSetAside",
      summary: "List rows of the source that cannot be used",
      description: "A row leaves the list with the run that finds it mended.",
      access: { kind: "server", scopes: ["sync:run"] },
      query: quarantineListSchema,
      fields: {
        entity: "Only rows of this entity.",
        state: "`waiting` for a row that they refer to, or `set_aside`.",
      },
      answers: [
        {
          status: 200,
          description: "Rows, by entity and key.",
          schema: listOf(setAside),
          example: {
            data: [
              {
                entity: "items",
                row_key: "S10_4757",
                state: "set_aside",
                reason: "invalid_price",
                detail: "MSRP is not a number.",
                first_run: 811,
                last_run: 812,
              },
            ],
            next_cursor: null,
          },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { entity: "items" } },
    },
  ],
};
