import { Hono } from "hono";
import { z } from "zod";

import { mondayOf } from "../../../domain/analytics/reports/calendar.ts";
import { SHOPPER_WEEKS_DEFAULT } from "../../../domain/analytics/reports/limits.ts";
import { DAY_MILLISECONDS, WEEK_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readShopperWeeks } from "../../../platform/d1/analytics/weekly-shoppers.ts";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { isoTime } from "../list.ts";
import { rangeFields, rangeOf } from "./query.ts";
import { type Report, respond } from "./respond.ts";

/** Of those who ask for no length: their weeks are counted, since a zone's days may reach into one week more. */
const DEFAULT_LENGTH = { hours: 1 } as const;
const COUNTS = ["new_users", "returning_users", "new_clients", "returning_clients", "buyers", "repeat_buyers"] as const;

export const schema = z.strictObject({ ...rangeFields, interval: z.literal("week").default("week") });

/** Beginning of the UTC week that holds a moment. */
function weekOf(moment: number): number {
  return mondayOf(Math.floor(moment / DAY_MILLISECONDS)) * DAY_MILLISECONDS;
}

/** Weeks are whole, and UTC's, as the ledger counts them: a caller's time zone says only where a date of the range begins. */
async function compute(db: D1Database, query: z.infer<typeof schema>, now: number): Promise<Report> {
  const range = rangeOf(query, DEFAULT_LENGTH, now);
  const last = weekOf(range.to - 1);
  const hasLength = query.period !== undefined || query.from !== undefined;
  const first = hasLength ? weekOf(range.from) : last - (SHOPPER_WEEKS_DEFAULT - 1) * WEEK_MILLISECONDS;
  const weeks = await readShopperWeeks(db, first, last + WEEK_MILLISECONDS);
  return {
    columns: ["week", ...COUNTS, "repeat_rate"],
    rows: weeks.map((week) => ({
      week: isoTime(week.week),
      ...Object.fromEntries(COUNTS.map((name) => [name, week[name]])),
      repeat_rate: week.buyers === 0 ? null : week.repeat_buyers / week.buyers,
    })),
    nextCursor: null,
    range: { from: first, to: range.to },
    timezone: query.timezone,
    interval: query.interval,
    groupBy: [],
  };
}

/** `GET /v1/analytics/shoppers`: new and returning shoppers, buyers and those who buy again, by week. */
export const shopperRoutes = new Hono<ApiEnv>();

shopperRoutes.get("/shoppers", (context) => {
  const query = parseInput(schema, context.req.query());
  return respond(context, { name: "shoppers", query }, (asked, now) => compute(context.env.DB, asked, now));
});
