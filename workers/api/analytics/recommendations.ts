import { Hono } from "hono";
import { z } from "zod";

import { rounded } from "../../../domain/analytics/reports/rounded.ts";
import { shareOf } from "../../../domain/analytics/reports/wilson.ts";
import type { CountedGroup } from "../../../platform/d1/analytics/counted.ts";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { computeCounted, type CountedReport } from "./counted-report.ts";
import { filterField, groupField, intervalField, pageFields, rangeFields, topField } from "./query.ts";
import { type ReportRow, respond } from "./respond.ts";

const DIMENSIONS = { placement: "placement", strategy: "strategy", model: "model_version", arm: "arm" } as const;
const COUNTS = ["served", "impressions", "clicks", "carts", "purchases"] as const;
/** Shares of impressions, and what they are the share of. */
const SHARES = { click_through: "clicks", cart_rate: "carts", conversion: "purchases" } as const;

export const schema = z
  .strictObject({
    ...rangeFields,
    ...pageFields,
    interval: intervalField,
    group_by: groupField(Object.keys(DIMENSIONS) as (keyof typeof DIMENSIONS)[]).default(["placement", "strategy"]),
    top: topField.optional(),
    placement: filterField,
    strategy: filterField,
    model: filterField,
    arm: filterField,
  })
  .transform(({ placement, strategy, model, arm, ...query }) => ({
    ...query,
    filters: { placement, strategy, model, arm },
  }));

const apartSchema = z.array(z.tuple([z.string(), z.number()]));

/** Revenue that is kept apart, by its currency. */
function revenueApart(apart: string | number | undefined): Record<string, number> {
  const sums = new Map<string, number>();
  const parts = typeof apart === "string" ? apartSchema.parse(JSON.parse(apart)) : [];
  for (const [currency, revenue] of parts) sums.set(currency, (sums.get(currency) ?? 0) + revenue);
  const rows = [...sums].map(([currency, revenue]) => [currency, rounded(revenue)] as const);
  return Object.fromEntries(
    rows.filter(([, revenue]) => revenue !== 0).toSorted(([one], [two]) => (one < two ? -1 : 1)),
  );
}

function sharesOf(group: CountedGroup): ReportRow {
  const impressions = Number(group["impressions"]);
  return Object.fromEntries(
    Object.entries(SHARES).flatMap(([name, of]) => {
      const share = shareOf(Number(group[of]), impressions);
      return [
        [name, share?.share ?? null],
        [`${name}_low`, share?.low ?? null],
        [`${name}_high`, share?.high ?? null],
      ];
    }),
  );
}

const RECOMMENDATIONS: CountedReport = {
  dimensions: DIMENSIONS,
  interval: "total",
  tables: () => [
    {
      name: "hourly_recommendations",
      columns: Object.fromEntries(
        [...Object.values(DIMENSIONS), "currency", ...COUNTS, "quantity", "revenue"].map((column) => [
          column,
          `counted.${column}`,
        ]),
      ),
    },
  ],
  byCurrency: false,
  sums: {
    ...Object.fromEntries(COUNTS.map((name) => [name, `sum(${name})`])),
    units: "sum(quantity)",
    revenue: "sum(iif(currency = '', revenue, 0))",
    apart: "json_group_array(json_array(currency, revenue)) FILTER (WHERE currency <> '')",
  },
  having: [...COUNTS.map((name) => `${name} <> 0`), "abs(units) > 1e-6", "abs(revenue) > 1e-6"].join(" OR "),
  topBy: "sum(impressions)",
  measures: [
    ...COUNTS,
    "units",
    "revenue",
    "revenue_other",
    ...Object.keys(SHARES).flatMap((name) => [name, `${name}_low`, `${name}_high`]),
  ],
  measure: (group) => ({
    ...Object.fromEntries(COUNTS.map((name) => [name, Number(group[name])])),
    units: rounded(Number(group["units"])),
    revenue: rounded(Number(group["revenue"])),
    revenue_other: revenueApart(group["apart"]),
    ...sharesOf(group),
  }),
};

/** `GET /v1/analytics/recommendations`: what recommendations earn. */
export const recommendationReportRoutes = new Hono<ApiEnv>();

recommendationReportRoutes.get("/recommendations", (context) => {
  const query = parseInput(schema, context.req.query());
  return respond(context, { name: "recommendations", query, countsServed: true }, (asked, now) =>
    computeCounted(context.env.DB, RECOMMENDATIONS, asked, now),
  );
});
