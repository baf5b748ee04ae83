import { Hono } from "hono";

import type { ApiEnv } from "../context.ts";

/** Unusual demand, and what was expected instead. */
export const spikeRoutes = new Hono<ApiEnv>();
