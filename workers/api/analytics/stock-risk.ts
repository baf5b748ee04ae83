import { Hono } from "hono";
import { z } from "zod";

import { bucketsOf } from "../../../domain/analytics/reports/buckets.ts";
import { TOP_DEFAULT } from "../../../domain/analytics/reports/limits.ts";
import { PERIODS } from "../../../domain/analytics/reports/range.ts";
import { rounded } from "../../../domain/analytics/reports/rounded.ts";
import { DAY_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readSellingItems } from "../../../platform/d1/analytics/stock-risk.ts";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { doingsTables } from "./doings.ts";
import { filterField, rangeFields, rangeOf, topField } from "./query.ts";
import { type Report, respond } from "./respond.ts";

export const schema = z.strictObject({
  ...rangeFields,
  top: topField.default(TOP_DEFAULT),
  item: filterField,
  line: filterField,
});

async function compute(db: D1Database, query: z.infer<typeof schema>, now: number): Promise<Report> {
  const { timezone, top, item, line } = query;
  const range = rangeOf(query, PERIODS["14d"], now);
  const days = (range.to - range.from) / DAY_MILLISECONDS;
  const rows = {
    tables: doingsTables(new Set(["item"]), { quantity: "counted.quantity", revenue: "counted.revenue" }),
    buckets: bucketsOf(range, "total", timezone),
    filters: {},
    items: item === undefined ? null : [item],
  };
  const selling = await readSellingItems(db, rows, line, top);
  return {
    columns: ["item_id", "name", "line", "stock", "units_per_day", "days_left", "revenue_per_day"],
    rows: selling.map(({ item_id, name, line: ownLine, stock, units, revenue }) => ({
      item_id,
      name,
      line: ownLine,
      stock,
      units_per_day: rounded(units / days),
      days_left: rounded((stock * days) / units),
      revenue_per_day: rounded(revenue / days),
    })),
    nextCursor: null,
    range,
    timezone,
    interval: "total",
    groupBy: ["item"],
  };
}

/** `GET /v1/analytics/stock-risk`: what will be sold out soonest, if it goes on selling as it does. */
export const stockRiskRoutes = new Hono<ApiEnv>();

stockRiskRoutes.get("/stock-risk", (context) => {
  const query = parseInput(schema, context.req.query());
  return respond(context, { name: "stock-risk", query }, (asked, now) => compute(context.env.DB, asked, now));
});
