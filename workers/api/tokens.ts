import { Hono } from "hono";

import type { ApiEnv } from "./context.ts";

/** `/v1/tokens`. */
export const tokenRoutes = new Hono<ApiEnv>();
