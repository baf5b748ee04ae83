import { Hono } from "hono";
import { z } from "zod";

import { userIdSchema } from "../../domain/events/identity.ts";
import { requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { parseInput } from "./errors.ts";
import { signShopperToken, TOKEN_MAX_SECONDS } from "./shopper-token.ts";

const TOKEN_BODY_MAX_BYTES = 4 * 1024;
const TOKEN_DEFAULT_SECONDS = 60 * 60;

export const tokenRequestSchema = z.strictObject({
  user_id: userIdSchema,
  expires_in_seconds: z.number().int().min(1).max(TOKEN_MAX_SECONDS).default(TOKEN_DEFAULT_SECONDS),
});

/** `/v1/tokens`: the shop's server asks for a token with which a browser may speak for one user. */
export const tokenRoutes = new Hono<ApiEnv>();

// A token lets its bearer do both: whoever makes one must be allowed both.
tokenRoutes.post("/", requireScope("events:write"), requireScope("recommendations:read"), async (context) => {
  const request = parseInput(tokenRequestSchema, await readJson(context, TOKEN_BODY_MAX_BYTES));
  const expiresAt = Math.floor(Date.now() / 1_000) + request.expires_in_seconds;
  const token = await signShopperToken(context.env, request.user_id, expiresAt);
  context.header("cache-control", "no-store");
  return context.json({ token, expires_at: new Date(expiresAt * 1_000).toISOString() });
});
