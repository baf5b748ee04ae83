import { Hono } from "hono";

import type { ApiEnv } from "./context.ts";

/** `/v1/models`. */
export const modelRoutes = new Hono<ApiEnv>();
