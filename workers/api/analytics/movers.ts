import { Hono } from "hono";
import { z } from "zod";

import { bucketsOf } from "../../../domain/analytics/reports/buckets.ts";
import { type ComparedRanges, comparedRanges } from "../../../domain/analytics/reports/compared-ranges.ts";
import { TOP_DEFAULT } from "../../../domain/analytics/reports/limits.ts";
import type { Range } from "../../../domain/analytics/reports/range.ts";
import { rounded } from "../../../domain/analytics/reports/rounded.ts";
import { retentionBounds } from "../../../domain/analytics/retention.ts";
import { DAY_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readItemFacts } from "../../../platform/d1/analytics/item-facts.ts";
import { joinBuckets, readMovers } from "../../../platform/d1/analytics/movers.ts";
import config from "#shop-config";
import type { ApiEnv } from "../context.ts";
import { ApiError, parseInput } from "../errors.ts";
import { doingsTables } from "./doings.ts";
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

/** Counters of items are kept for a time; of lines and of the shop for ever. */
function rangesOf(range: Range, timezone: string, isOfItems: boolean, now: number): ComparedRanges {
  const bounds = retentionBounds(config.analytics, now);
  const ranges = comparedRanges(range, timezone, isOfItems ? bounds.itemHours : bounds.totalHours);
  if (!isOfItems || ranges.before.from >= bounds.items) return ranges;
  // Both ranges may have to begin up to a day earlier than they are asked for: with a day.
  const days = Math.max(0, Math.floor(((range.to - bounds.items) / DAY_MILLISECONDS - 2) / 2));
  const kept = Math.max(config.analytics.itemDays, config.analytics.itemHourDays);
  throw new ApiError(
    "invalid_request",
    `Items are kept for ${kept} days and a range is compared with as much before it: one that ends when this one ends may be ${days} days long at most. Ask for a shorter one, or for group_by=line.`,
  );
}

async function compute(db: D1Database, query: z.infer<typeof schema>, now: number): Promise<Report> {
  const { timezone, group_by, top, line, country } = query;
  const column = group_by === "item" ? "item_id" : "line";
  const isOfItems = group_by === "item";
  const { before, present } = rangesOf(rangeOf(query, DEFAULT_LENGTH, now), timezone, isOfItems, now);
  const by = new Set<string>([group_by, ...(country === undefined ? [] : ["country"])]);
  const rows = {
    tables: doingsTables(by, { quantity: "counted.quantity", revenue: "counted.revenue" }),
    buckets: joinBuckets(bucketsOf(before, "total", timezone), bucketsOf(present, "total", timezone)),
    filters: {
      ...(country === undefined ? {} : { country }),
      ...(line === undefined || isOfItems ? {} : { line }),
    },
    lineNow: isOfItems ? line : undefined,
    items: null,
  };
  const movers = await readMovers(db, rows, column, present.from, top);
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
    range: present,
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
