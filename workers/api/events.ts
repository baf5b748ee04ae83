import { Hono } from "hono";

import type { ApiEnv } from "./context.ts";

/** `/v1/events`. */
export const eventRoutes = new Hono<ApiEnv>();
