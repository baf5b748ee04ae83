import { Hono } from "hono";
import { z } from "zod";

import config from "#shop-config";

import { assertScope, authenticate } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { controlSourceOf } from "./context.ts";
import { latestControl } from "./control-cache.ts";
import { beginSession, endSession } from "./dashboard/session-cookie.ts";
import { VIEWER_SCOPE, viewerOf } from "./dashboard/viewer.ts";
import { ApiError, parseInput } from "./errors.ts";

const BODY_MAX_BYTES = 1024;
const KEY_MAX_LENGTH = 200;

export const signInSchema = z.strictObject({ key: z.string().min(1).max(KEY_MAX_LENGTH) });

/** `/v1/dashboard`: signing in to look (docs/analytics.md). */
export const dashboardRoutes = new Hono<ApiEnv>();
// Who is signed in is nobody else's answer, and none for later.
dashboardRoutes.use("*", async (context, next) => {
  context.header("cache-control", "no-store");
  await next();
});

/** Exchanges a secret key for a cookie. */
dashboardRoutes.post("/session", async (context) => {
  const { key } = parseInput(signInSchema, await readJson(context, BODY_MAX_BYTES));
  const caller = await authenticate(context, { bearer: key, open: null });
  assertScope(caller, VIEWER_SCOPE);
  const { control } = await latestControl(controlSourceOf(context));
  const known = control?.keys.find(({ id, kind }) => id === caller.keyId && kind === "secret");
  if (known === undefined) throw new ApiError("invalid_key", "This key was removed a moment ago. Use another one.");
  await beginSession(context, known, Date.now());
  return context.body(null, 204);
});

/** Who is signed in, and what a page needs to know of the shop before it asks for numbers. */
dashboardRoutes.get("/session", async (context) => {
  const { via, name, expiresAt } = await viewerOf(context);
  return context.json({
    viewer: name,
    via,
    expires_at: expiresAt === null ? null : new Date(expiresAt * 1_000).toISOString(),
    shop: config.shop.name,
    currency: config.shop.currency,
    timezone: config.analytics.timezone,
  });
});

/** Signs out, also whoever is not signed in any more. */
dashboardRoutes.delete("/session", (context) => {
  endSession(context);
  return context.body(null, 204);
});
