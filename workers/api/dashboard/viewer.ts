import type { MiddlewareHandler } from "hono";

import { requireScope } from "../auth.ts";
import type { ApiEnv } from "../context.ts";

/** Middleware for what people look at: a secret key with `analytics:read`, or whoever signed in at the dashboard. */
export function requireViewer(): MiddlewareHandler<ApiEnv> {
  return requireScope("analytics:read");
}
