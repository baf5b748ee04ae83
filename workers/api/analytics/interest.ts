import { Hono } from "hono";

import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { computeCounted, type CountedReport } from "./counted-report.ts";
import { DOING_DIMENSIONS, doingsSchema, doingsTables } from "./doings.ts";
import { respond } from "./respond.ts";

const INTEREST: CountedReport = {
  dimensions: DOING_DIMENSIONS,
  interval: null,
  tables: (by) =>
    doingsTables(by, {
      views: "counted.views",
      carts: "counted.carts",
      removals: "counted.removals",
      purchases: "counted.purchases",
    }),
  byCurrency: false,
  sums: { views: "sum(views)", carts: "sum(carts)", removals: "sum(removals)", order_items: "sum(purchases)" },
  having: "views <> 0 OR carts <> 0 OR removals <> 0 OR order_items <> 0",
  topBy: "sum(views)",
  measures: ["views", "carts", "removals", "order_items"],
  measure: ({ views, carts, removals, order_items }) => ({
    views: Number(views),
    carts: Number(carts),
    removals: Number(removals),
    order_items: Number(order_items),
  }),
};

/** `GET /v1/analytics/interest`: what is looked at and put into carts. */
export const interestRoutes = new Hono<ApiEnv>();

interestRoutes.get("/interest", (context) => {
  const query = parseInput(doingsSchema, context.req.query());
  return respond(context, { name: "interest", query }, (asked, now) =>
    computeCounted(context.env.DB, INTEREST, asked, now),
  );
});
