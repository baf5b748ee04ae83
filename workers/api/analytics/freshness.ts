import { Hono } from "hono";

import type { ApiEnv } from "../context.ts";

/** How fresh and how healthy everything is: freshness, quality, pipelines. */
export const freshnessRoutes = new Hono<ApiEnv>();
