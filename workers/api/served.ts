import { Hono } from "hono";
import { z } from "zod";

import { hourBeginning, HOUR_MILLISECONDS } from "../../domain/lake/lake-keys.ts";
import type { ServedHourCounts } from "../../domain/served/served-counts.ts";
import { servedHours } from "../../platform/d1/served-store.ts";
import { requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { parseInput } from "./errors.ts";
import { invalidCursor, isoTime, listFields, numberCursor } from "./list.ts";

export const listSchema = z.strictObject(listFields);

function describe({ hour, answers, items, degraded, slow, lost }: ServedHourCounts): object {
  const served = answers + lost;
  return {
    hour: isoTime(hour),
    answers,
    items,
    degraded,
    slow,
    lost,
    lost_share: served === 0 ? null : lost / served,
  };
}

/** `/v1/served`: what was recommended, by the hour in which it was. */
export const servedRoutes = new Hono<ApiEnv>();

/** Hours, newest first: `limit` of them, whether anything was served in them or not. */
servedRoutes.get("/", requireScope("analytics:read"), async (context) => {
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  const now = Date.now();
  const from = numberCursor(cursor) ?? now;
  if (from > now) throw invalidCursor();
  const newest = hourBeginning(from);
  const { hours, hasEarlier } = await servedHours(context.env.DB, newest, limit);
  const next = newest - limit * HOUR_MILLISECONDS;
  return context.json({ data: hours.map(describe), next_cursor: hasEarlier ? String(next) : null });
});
