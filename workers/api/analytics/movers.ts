import { Hono } from "hono";
import { z } from "zod";

import { bucketsOf } from "../../../domain/analytics/reports/buckets.ts";
import { TOP_DEFAULT } from "../../../domain/analytics/reports/limits.ts";
import type { Range } from "../../../domain/analytics/reports/range.ts";
import { rounded } from "../../../domain/analytics/reports/rounded.ts";
import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readItemFacts } from "../../../platform/d1/analytics/item-facts.ts";
import { joinBuckets, readMovers } from "../../../platform/d1/analytics/movers.ts";
import config from "#shop-config";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { doingsTable } from "./doings.ts";
import { filterField, rangeFields, rangeOf, topField } from "./query.ts";
import { type Report, respond } from "./respond.ts";

const DEFAULT_LENGTH = { hours: 24 } as const;

export const schema = z.strictObject({
  ...rangeFields,
  group_by: z.enum(["item", "line"]).default("item"),
  top: topField.default(TOP_DEFAULT),
  line: filterField,
  country: filterField,
});

/** As many hours as the range has, right before it. */
function rangeBefore({ from, to }: Range): Range {
  const hours = Math.ceil((to - from) / HOUR_MILLISECONDS);
  return { from: from - hours * HOUR_MILLISECONDS, to: from };
}

async function compute(db: D1Database, query: z.infer<typeof schema>, now: number): Promise<Report> {
  const { timezone, group_by, top, line, country } = query;
  const range = rangeOf(query, DEFAULT_LENGTH, now);
  const column = group_by === "item" ? "item_id" : "line";
  const isOfItems = group_by === "item";
  const rows = {
    tables: [doingsTable(new Set([group_by]), { quantity: "counted.quantity", revenue: "counted.revenue" })],
    buckets: joinBuckets(bucketsOf(rangeBefore(range), "total", timezone), bucketsOf(range, "total", timezone)),
    filters: {
      ...(country === undefined ? {} : { country }),
      ...(line === undefined || isOfItems ? {} : { line }),
    },
    lineNow: isOfItems ? line : undefined,
    items: null,
  };
  const movers = await readMovers(db, rows, column, range.from, top);
  const facts = await readItemFacts(db, isOfItems ? movers.map(({ subject }) => subject) : []);
  return {
    columns: [
      ...(isOfItems ? ["item_id", "name", "line"] : ["line"]),
      "revenue",
      "revenue_before",
      "units",
      "units_before",
      "change",
      "currency",
    ],
    rows: movers.map(({ subject, currency, ...mover }) => ({
      ...(isOfItems
        ? { item_id: subject, name: facts.get(subject)?.name ?? null, line: facts.get(subject)?.line ?? "" }
        : { line: subject }),
      revenue: rounded(mover.revenue),
      revenue_before: rounded(mover.revenueBefore),
      units: rounded(mover.units),
      units_before: rounded(mover.unitsBefore),
      change: rounded(mover.change),
      currency: currency || config.shop.currency,
    })),
    nextCursor: null,
    range,
    timezone,
    interval: "total",
    groupBy: [group_by],
  };
}

/** `GET /v1/analytics/movers`: what sells more or less than just before. */
export const moverRoutes = new Hono<ApiEnv>();

moverRoutes.get("/movers", (context) => {
  const query = parseInput(schema, context.req.query());
  return respond(context, { name: "movers", query }, (asked, now) => compute(context.env.DB, asked, now));
});
