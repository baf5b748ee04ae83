import { Hono } from "hono";
import { z } from "zod";

import { SCOPES, SIGNALS } from "../../../domain/analytics/spikes/judge.ts";
import type { Range } from "../../../domain/analytics/reports/range.ts";
import { DAY_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readSpikeSeries } from "../../../platform/d1/analytics/spike-series.ts";
import { listSpikes, readSpike } from "../../../platform/d1/analytics/spike-store.ts";
import type { ApiEnv } from "../context.ts";
import { ApiError, parseInput } from "../errors.ts";
import { listFields, numberCursor } from "../list.ts";
import { filterField, rangeFields, rangeOf } from "./query.ts";
import { answerWithSpikes } from "./spike-answers.ts";
import { SERIES_COLUMNS, seriesRow, SPIKE_COLUMNS, spikeRow } from "./spike-rows.ts";

const SERIES_HOURS_MIN = 24;
const SERIES_HOURS_MAX = 336;
const SERIES_HOURS_DEFAULT = 72;
/** The series of a spike that is over goes on so long, to show what came after. */
const SHOWN_AFTER_END_MILLISECONDS = DAY_MILLISECONDS;

const DEFAULT_LENGTH = { hours: 24 } as const;

const format = z.enum(["json", "csv"]).optional();
export const listSchema = z.strictObject({
  ...listFields,
  open: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional(),
  scope: z.enum(SCOPES).optional(),
  signal: z.enum(SIGNALS).optional(),
  subject: filterField,
  ...rangeFields,
});
const idSchema = z.coerce.number().int().positive();
export const seriesSchema = z.strictObject({
  hours: z.coerce.number().int().min(SERIES_HOURS_MIN).max(SERIES_HOURS_MAX).default(SERIES_HOURS_DEFAULT),
  format,
});

/** The time in which spikes are wanted to have lasted; null for all, since a list of a few needs no range. */
function lastedIn(query: z.infer<typeof listSchema>, now: number): Range | null {
  const { period, from, to } = query;
  if (period === undefined && from === undefined && to === undefined) return null;
  return rangeOf(query, DEFAULT_LENGTH, now);
}

/** Unusual demand, and what was expected instead. */
export const spikeRoutes = new Hono<ApiEnv>();

/** Spikes, newest first. */
spikeRoutes.get("/spikes", (context) => {
  const query = parseInput(listSchema, context.req.query());
  const { limit, cursor, open, scope, signal, subject } = query;
  const before = numberCursor(cursor);
  const lasted = lastedIn(query, Date.now());
  return answerWithSpikes(context, query, async () => {
    const filter = { open, scope, signal, subject, lasted, before };
    const found = await listSpikes(context.env.DB, { ...filter, limit: limit + 1 });
    const last = found.length > limit ? found[limit - 1] : undefined;
    return {
      columns: SPIKE_COLUMNS,
      rows: found.slice(0, limit).map(spikeRow),
      nextCursor: last === undefined ? null : String(last.id),
    };
  });
});

/** Hours of a spike's item or line, beside what was expected of them. */
spikeRoutes.get("/spikes/:id/series", async (context) => {
  const query = parseInput(seriesSchema, context.req.query());
  const id = idSchema.safeParse(context.req.param("id"));
  const spike = id.success ? await readSpike(context.env.DB, id.data) : null;
  if (spike === null) throw new ApiError("not_found", "There is no such spike: ids are in `GET /v1/analytics/spikes`.");
  return answerWithSpikes(context, query, async (now) => {
    const until = spike.endedAt === null ? now : Math.min(now, spike.endedAt + SHOWN_AFTER_END_MILLISECONDS);
    const series = await readSpikeSeries(context.env.DB, spike, until, query.hours, now);
    return { columns: SERIES_COLUMNS, rows: series.map(seriesRow), nextCursor: null };
  });
});
