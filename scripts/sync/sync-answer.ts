import { z } from "zod";

import { ENTITIES } from "../../domain/sync/run.ts";

const countsSchema = z.object({
  read: z.number(),
  // Runs of earlier versions did not say.
  compared: z.number().default(0),
  changed: z.number(),
  written: z.number(),
  deleted: z.number(),
  quarantined: z.number(),
});
export type SyncCounts = z.infer<typeof countsSchema>;

const outcomeSchema = z.object({
  state: z.enum(["complete", "unfinished", "paused", "failed"]),
  reasons: z.array(z.string()),
});

const changeSchema = z.object({
  entity: z.string(),
  table: z.string(),
  column: z.string().nullable(),
  kind: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  effect: z.string(),
  message: z.string(),
  noticed_at: z.string(),
  announcement_id: z.string().nullable(),
});

const pausesSchema = z.object({
  all: z.boolean(),
  entities: z.array(z.enum(ENTITIES)),
  accept_deletions: z.array(z.enum(ENTITIES)),
});
/** What is paused. */
export type Pauses = z.infer<typeof pausesSchema>;

/** A run as `GET /v1/sync` lists it. */
export const listedRunSchema = z.object({
  run_id: z.string(),
  run: z.number().nullable(),
  state: z.enum(["queued", "running", "complete", "incomplete", "failed", "skipped"]),
  trigger: z.string().nullable(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  duration_seconds: z.number().nullable(),
  lag_seconds: z.number().nullable(),
  counts: z.record(z.string(), countsSchema),
  progress: z.object({ done: z.number(), total: z.number() }).nullable(),
  entities: z.record(z.string(), outcomeSchema),
  error: z.string().nullable(),
  announcement_id: z.string().nullable(),
});
export type ListedRun = z.infer<typeof listedRunSchema>;

/** A run as `GET /v1/sync/:run_id` tells it. */
export const syncRunSchema = listedRunSchema.extend({ drift: z.array(changeSchema), paused: pausesSchema });
export type SyncRun = z.infer<typeof syncRunSchema>;

/** `GET /v1/sync`. */
export const runPageSchema = z.object({
  data: z.array(listedRunSchema),
  next_cursor: z.string().nullable(),
  paused: pausesSchema,
});

/** What `POST /v1/sync/pause` and `POST /v1/sync/resume` answer. */
export const pausedSchema = z.object({ paused: pausesSchema });

/** A row of `GET /v1/sync/quarantine`. */
export const quarantinedSchema = z.object({
  entity: z.string(),
  row_key: z.string(),
  state: z.enum(["waiting", "set_aside"]),
  reason: z.string(),
  detail: z.string(),
  first_run: z.number(),
  last_run: z.number(),
});
export type QuarantinedRow = z.infer<typeof quarantinedSchema>;
