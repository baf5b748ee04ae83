import config from "#shop-config";
import { Hono } from "hono";
import { z } from "zod";

import { SCOPES, SIGNALS } from "../../../domain/analytics/spikes/judge.ts";
import { retentionBounds } from "../../../domain/analytics/retention.ts";
import { TOP_MAX } from "../../../domain/analytics/reports/limits.ts";
import { DAY_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readSpikeSeries } from "../../../platform/d1/analytics/spike-series.ts";
import {
  countSpikes,
  listSpikes,
  listTopSpikes,
  readSpike,
  SPIKE_DIMENSIONS,
  type SpikeFilter,
} from "../../../platform/d1/analytics/spike-store.ts";
import type { ApiEnv } from "../context.ts";
import { ApiError, parseInput } from "../errors.ts";
import { isoTime, listFields, numberCursor } from "../list.ts";
import { filterField, groupField, rangeFields, rangeOf, topField } from "./query.ts";
import { answerWithSpikes, type SpikePage } from "./spike-answers.ts";
import {
  SERIES_COLUMNS,
  seriesRow,
  SPIKE_COLUMNS,
  SPIKE_GROUP_COLUMNS,
  spikeGroupRow,
  spikeRow,
} from "./spike-rows.ts";

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
  line: filterField,
  group_by: groupField(SPIKE_DIMENSIONS).default([]),
  top: topField.optional(),
  ...rangeFields,
});
type ListQuery = z.infer<typeof listSchema>;
const idSchema = z.coerce.number().int().positive();
export const seriesSchema = z.strictObject({
  hours: z.coerce.number().int().min(SERIES_HOURS_MIN).max(SERIES_HOURS_MAX).default(SERIES_HOURS_DEFAULT),
  format,
});

/** The spikes that are asked for: a page, the most unlikely ones, or how many there were of what. */
async function readPage(
  db: D1Database,
  { group_by: by, top, limit }: ListQuery,
  filter: SpikeFilter,
  before: number | null,
): Promise<SpikePage> {
  if (by.length > 0) {
    const groups = await countSpikes(db, filter, by, top ?? TOP_MAX);
    return { columns: [...by, ...SPIKE_GROUP_COLUMNS], rows: groups.map(spikeGroupRow), nextCursor: null };
  }
  if (top !== undefined) {
    const found = await listTopSpikes(db, filter, top);
    return { columns: SPIKE_COLUMNS, rows: found.map(spikeRow), nextCursor: null };
  }
  const found = await listSpikes(db, { ...filter, limit: limit + 1, before });
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    columns: SPIKE_COLUMNS,
    rows: found.slice(0, limit).map(spikeRow),
    nextCursor: last === undefined ? null : String(last.id),
  };
}

/** Unusual demand, and what was expected instead. */
export const spikeRoutes = new Hono<ApiEnv>();

/** Spikes of a time, newest first; with `top` the most unlikely ones, with `group_by` how many. */
spikeRoutes.get("/spikes", (context) => {
  const query = parseInput(listSchema, context.req.query());
  const { cursor, open, scope, signal, subject, line, timezone, group_by } = query;
  const lasted = rangeOf(query, DEFAULT_LENGTH, Date.now());
  const before = numberCursor(cursor);
  if (before !== null && (query.top !== undefined || group_by.length > 0)) {
    throw new ApiError("invalid_request", "A list with `top` or `group_by` is one page: it takes no `cursor`.");
  }
  return answerWithSpikes(context, query, async () => ({
    ...(await readPage(context.env.DB, query, { open, scope, signal, subject, line, lasted }, before)),
    range: { from: isoTime(lasted.from), to: isoTime(lasted.to), timezone, group_by },
  }));
});

/** Hours of a spike's item or line, beside what was expected of them. */
spikeRoutes.get("/spikes/:id/series", async (context) => {
  const query = parseInput(seriesSchema, context.req.query());
  const id = idSchema.safeParse(context.req.param("id"));
  const spike = id.success ? await readSpike(context.env.DB, id.data) : null;
  if (spike === null) throw new ApiError("not_found", "There is no such spike: ids are in `GET /v1/analytics/spikes`.");
  return answerWithSpikes(context, query, async (now) => {
    const until = spike.endedAt === null ? now : Math.min(now, spike.endedAt + SHOWN_AFTER_END_MILLISECONDS);
    const { itemHours, totalHours } = retentionBounds(config.analytics, now);
    const series = await readSpikeSeries(context.env.DB, spike, until, query.hours, now, {
      timezone: config.analytics.timezone,
      hoursSince: { item: itemHours, line: totalHours },
    });
    return { columns: SERIES_COLUMNS, rows: series.map(seriesRow), nextCursor: null };
  });
});
