import { Hono } from "hono";

import type { ApiEnv } from "./context.ts";

/** `/v1/exports`. */
export const exportRoutes = new Hono<ApiEnv>();
