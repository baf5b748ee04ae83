import { Hono } from "hono";

import type { ApiEnv } from "./context.ts";

/** `/v1/recommendations`. */
export const recommendationRoutes = new Hono<ApiEnv>();
