import { Hono } from "hono";

import type { ApiEnv } from "./context.ts";

/** `/v1/sync`. */
export const syncRoutes = new Hono<ApiEnv>();
