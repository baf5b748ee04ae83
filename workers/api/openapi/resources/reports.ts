import { z } from "zod";

import { INTERVALS } from "../../../../domain/analytics/reports/buckets.ts";
import { MODEL_STATES } from "../../../../domain/models/lifecycle.ts";
import { doingsSchema } from "../../analytics/doings.ts";
import { schema as modelsSchema } from "../../analytics/models.ts";
import { schema as moversSchema } from "../../analytics/movers.ts";
import { schema as recommendationsSchema } from "../../analytics/recommendations.ts";
import { schema as shoppersSchema } from "../../analytics/shoppers.ts";
import { schema as stockRiskSchema } from "../../analytics/stock-risk.ts";
import { listOf, share, time } from "../answers.ts";
import type { Operation } from "../operation.ts";
import { EXAMPLE_COMPARED, shadowReport } from "./shadow-report.ts";

/** Dimensions are columns only where rows are told apart by them. */
const dimension = z.string().optional();
const name = z.string().nullable().optional();

/** A report's answer: its rows, and of which time, money and data they are. */
function reportOf<Row extends z.ZodType>(row: Row) {
  return listOf(row).extend({
    from: time,
    to: time,
    timezone: z.string(),
    interval: z.enum(INTERVALS),
    group_by: z.array(z.string()),
    currency: z.string().describe("The shop's own."),
    as_of: time.nullable().describe("Up to when everything is counted; null while a shard or a queue does not say."),
    freshness_seconds: z.number().nullable(),
    orders_as_of: time.nullable().describe("Up to when the shop's own orders are known."),
  });
}

const EXAMPLE_OF_REPORT = {
  next_cursor: null,
  from: "2026-11-20T11:00:00.000Z",
  to: "2026-11-21T11:00:00.000Z",
  timezone: "Europe/Amsterdam",
  interval: "total",
  group_by: [],
  currency: "USD",
  as_of: "2026-11-21T10:59:48.000Z",
  freshness_seconds: 12,
  orders_as_of: "2026-11-21T10:55:00.000Z",
};

const FIELDS = {
  group_by: "What rows are told apart by: names of dimensions, separated by commas.",
  top: "Only the groups with the most over the whole range.",
  item: "Only this item.",
  line: "Only this product line.",
  country: "Only this country (ISO 3166-1 alpha-2); empty for those not known.",
  placement: "Only this placement.",
  strategy: "Only shelves of this strategy.",
  model: "Only answers of this model.",
  arm: "Only this arm of an experiment.",
};

interface ReportWords extends Pick<Operation, "id" | "summary" | "example"> {
  readonly name: string;
  readonly description?: string;
  readonly query: z.ZodType;
  readonly row: z.ZodType;
  readonly exampleRow: object;
  readonly exampleOf?: object;
  readonly paged?: boolean;
}

function report({ name: path, query, row, exampleRow, exampleOf, paged, ...words }: ReportWords): Operation {
  return {
    method: "get",
    path: `/v1/analytics/${path}`,
    access: { kind: "viewer", scopes: ["analytics:read"] },
    query,
    fields: FIELDS,
    answers: [
      {
        status: 200,
        description: "Rows, and what they are of.",
        schema: reportOf(row),
        example: { data: [exampleRow], ...EXAMPLE_OF_REPORT, ...exampleOf },
        alsoAs: { "text/csv": "The same rows as a table; the next page is in the header `Link`." },
      },
    ],
    ...(paged === true ? { refusals: ["invalid_cursor"] as const } : {}),
    ...words,
  };
}

const counted = {
  time,
  grain: z.string().describe("How long the row's time is; `day` for orders of which only the day is known."),
};
const doings = { ...counted, item_id: dimension, name, line: dimension, country: dimension };
/** An hour may have a click on what an hour before has shown: of few, more may follow than were shown. */
const portion = z.number().min(0).max(1).nullable();

/** Sales, interest, recommendations, shoppers, movers, stock at risk, models. */
export const reportOperations: readonly Operation[] = [
  report({
    name: "sales",
    id: "reportSales",
    summary: "Report orders, pieces and revenue",
    query: doingsSchema,
    paged: true,
    row: z
      .strictObject({
        ...doings,
        currency: z.string(),
        orders: z.number().nullable().describe("Null by item or line: an order has several."),
        order_items: z.number(),
        units: z.number(),
        revenue: z.number(),
      })
      .meta({ id: "SalesRow" }),
    exampleRow: {
      time: "2026-11-20T11:00:00.000Z",
      grain: "total",
      line: "Classic Cars",
      currency: "USD",
      orders: null,
      order_items: 31,
      units: 1_004,
      revenue: 108_214.5,
    },
    exampleOf: { group_by: ["line"] },
    example: { query: { period: "7d", group_by: "line", interval: "total", top: "6" } },
  }),
  report({
    name: "interest",
    id: "reportInterest",
    summary: "Report what is looked at and put into carts",
    query: doingsSchema,
    paged: true,
    row: z
      .strictObject({ ...doings, views: z.number(), carts: z.number(), removals: z.number(), order_items: z.number() })
      .meta({ id: "InterestRow" }),
    exampleRow: {
      time: "2026-11-20T11:00:00.000Z",
      grain: "total",
      item_id: "S18_2238",
      name: "1998 Chrysler Plymouth Prowler",
      views: 412,
      carts: 38,
      removals: 4,
      order_items: 12,
    },
    exampleOf: { group_by: ["item"] },
    example: { query: { period: "24h", group_by: "item", interval: "total", top: "10" } },
  }),
  report({
    name: "recommendations",
    id: "reportRecommendations",
    summary: "Report what recommendations earn",
    description:
      "Shares are of impressions, with the bounds of their 95 % interval (Wilson); null where more came than was reported as shown.",
    query: recommendationsSchema,
    paged: true,
    row: z
      .strictObject({
        ...counted,
        placement: dimension,
        strategy: dimension,
        model: dimension,
        arm: dimension,
        served: z.number(),
        impressions: z.number(),
        clicks: z.number(),
        carts: z.number(),
        purchases: z.number(),
        units: z.number(),
        revenue: z.number(),
        revenue_other: z.record(z.string(), z.number()).describe("Revenue in other money, by its currency."),
        click_through: portion,
        click_through_low: portion,
        click_through_high: portion,
        cart_rate: portion,
        cart_rate_low: portion,
        cart_rate_high: portion,
        conversion: portion,
        conversion_low: portion,
        conversion_high: portion,
      })
      .meta({ id: "RecommendationsRow" }),
    exampleRow: {
      time: "2026-11-20T11:00:00.000Z",
      grain: "total",
      placement: "home",
      strategy: "profile",
      served: 12_040,
      impressions: 9_310,
      clicks: 402,
      carts: 61,
      purchases: 19,
      units: 44,
      revenue: 4_918.2,
      revenue_other: {},
      click_through: 0.0432,
      click_through_low: 0.0393,
      click_through_high: 0.0475,
      cart_rate: 0.0066,
      cart_rate_low: 0.0051,
      cart_rate_high: 0.0084,
      conversion: 0.002,
      conversion_low: 0.0013,
      conversion_high: 0.0032,
    },
    exampleOf: { group_by: ["placement", "strategy"] },
    example: { query: { period: "7d", group_by: "placement,strategy" } },
  }),
  report({
    name: "shoppers",
    id: "reportShoppers",
    summary: "Report new and returning shoppers and buyers",
    description: "By whole week of UTC.",
    query: shoppersSchema,
    row: z
      .strictObject({
        week: time,
        new_users: z.number(),
        returning_users: z.number(),
        new_clients: z.number(),
        returning_clients: z.number(),
        buyers: z.number(),
        repeat_buyers: z.number(),
        repeat_rate: share.nullable(),
      })
      .meta({ id: "ShoppersRow" }),
    exampleRow: {
      week: "2026-11-16T00:00:00.000Z",
      new_users: 12,
      returning_users: 41,
      new_clients: 1_204,
      returning_clients: 388,
      buyers: 36,
      repeat_buyers: 21,
      repeat_rate: 0.5833,
    },
    exampleOf: { interval: "week" },
    example: { query: { period: "28d" } },
  }),
  report({
    name: "movers",
    id: "reportMovers",
    summary: "Report what sells more or less than just before",
    query: moversSchema,
    row: z
      .strictObject({
        item_id: dimension,
        name,
        line: dimension,
        revenue: z.number(),
        revenue_before: z.number(),
        units: z.number(),
        units_before: z.number(),
        change: z.number(),
        currency: z.string(),
      })
      .meta({ id: "MoversRow" }),
    exampleRow: {
      line: "Ships",
      revenue: 8_120.4,
      revenue_before: 2_960,
      units: 96,
      units_before: 40,
      change: 5_160.4,
      currency: "USD",
    },
    exampleOf: { group_by: ["line"] },
    example: { query: { period: "7d", group_by: "line" } },
  }),
  report({
    name: "stock-risk",
    id: "reportStockRisk",
    summary: "Report what will be sold out soonest",
    description: "If it goes on selling as it did in the range (14 days where nothing else is said).",
    query: stockRiskSchema,
    row: z
      .strictObject({
        item_id: z.string(),
        name: z.string().nullable(),
        line: z.string().nullable(),
        stock: z.number(),
        units_per_day: z.number(),
        days_left: z.number(),
        revenue_per_day: z.number(),
      })
      .meta({ id: "StockRiskRow" }),
    exampleRow: {
      item_id: "S18_2238",
      name: "1998 Chrysler Plymouth Prowler",
      line: "Classic Cars",
      stock: 9,
      units_per_day: 4.7,
      days_left: 1.9,
      revenue_per_day: 551.97,
    },
    exampleOf: { group_by: ["item"] },
    example: { query: { top: "10" } },
  }),
  {
    method: "get",
    path: "/v1/analytics/models",
    id: "reportModels",
    summary: "Report which models there are, and how shadows compare",
    access: { kind: "viewer", scopes: ["analytics:read"] },
    query: modelsSchema,
    answers: [
      {
        status: 200,
        description: "Models, by name.",
        schema: listOf(
          z
            .strictObject({
              version: z.string(),
              state: z.enum(MODEL_STATES),
              published_at: time.nullable(),
              activated_at: time.nullable(),
              shadow: shadowReport.nullable().describe("Null for one that never was a shadow."),
            })
            .meta({ id: "ModelRow" }),
        ).extend({ as_of: time.describe("When it was computed."), freshness_seconds: z.number() }),
        example: {
          data: [
            {
              version: "2026-11-21",
              state: "shadow",
              published_at: "2026-11-21T10:00:00.000Z",
              activated_at: null,
              shadow: EXAMPLE_COMPARED,
            },
          ],
          next_cursor: null,
          as_of: "2026-11-21T10:57:00.000Z",
          freshness_seconds: 0,
        },
      },
    ],
    refusals: ["invalid_cursor"],
    example: { query: { limit: "10" } },
  },
];
