import { Hono } from "hono";

import type { ApiEnv } from "./context.ts";

/** `/v1/items`. */
export const itemRoutes = new Hono<ApiEnv>();
