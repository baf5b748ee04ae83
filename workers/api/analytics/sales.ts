import { Hono } from "hono";

import { rounded } from "../../../domain/analytics/reports/rounded.ts";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { computeCounted, type CountedReport } from "./counted-report.ts";
import { DOING_DIMENSIONS, doingsSchema, doingsTables } from "./doings.ts";
import { respond } from "./respond.ts";

const BOUGHT = {
  purchases: "counted.purchases",
  quantity: "counted.quantity",
  revenue: "counted.revenue",
  orders: "0",
} as const;

/** An order has several items and lines: it is counted apart, and by country only. */
function countsOrders(by: ReadonlySet<string>): boolean {
  return !by.has("item") && !by.has("line");
}

const SALES: CountedReport = {
  dimensions: DOING_DIMENSIONS,
  interval: null,
  tables: (by) => [
    ...doingsTables(by, BOUGHT),
    ...(countsOrders(by)
      ? [
          {
            name: "hourly_orders" as const,
            columns: {
              line: "''",
              country: "counted.country",
              currency: "counted.currency",
              purchases: "0",
              quantity: "0",
              revenue: "0",
              orders: "counted.orders",
            },
          },
        ]
      : []),
  ],
  byCurrency: true,
  sums: {
    orders: "sum(orders)",
    order_items: "sum(purchases)",
    units: "sum(quantity)",
    revenue: "sum(revenue)",
  },
  // Binary fractions that cancel each other out may leave a trace.
  having: "orders <> 0 OR order_items <> 0 OR abs(units) > 1e-6 OR abs(revenue) > 1e-6",
  topBy: "sum(iif(currency = '', revenue, 0))",
  measures: ["orders", "order_items", "units", "revenue"],
  measure: ({ orders, order_items, units, revenue }, by) => ({
    orders: countsOrders(by) ? Number(orders) : null,
    order_items: Number(order_items),
    units: rounded(Number(units)),
    revenue: rounded(Number(revenue)),
  }),
};

/** `GET /v1/analytics/sales`: orders, pieces and revenue. */
export const salesRoutes = new Hono<ApiEnv>();

salesRoutes.get("/sales", (context) => {
  const query = parseInput(doingsSchema, context.req.query());
  return respond(context, { name: "sales", query }, (asked, now) => computeCounted(context.env.DB, SALES, asked, now));
});
