import { Hono } from "hono";

import type { ApiEnv } from "../context.ts";

/** Sales, interest, recommendations, shoppers, movers, stock at risk, models. */
export const reportRoutes = new Hono<ApiEnv>();
