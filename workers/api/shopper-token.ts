import { sign, verify } from "hono/jwt";
import { z } from "zod";

import { userIdSchema } from "../../domain/events/identity.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { ApiError } from "./errors.ts";

/** A token proves its user for no longer than a day, whoever made it. */
export const TOKEN_MAX_SECONDS = 24 * 60 * 60;
/** A shop's clock may be this far ahead of ours. */
const CLOCK_SKEW_SECONDS = 60;
const VERIFIED_TOKENS_MAX = 1_000;

const claimsSchema = z.object({ sub: userIdSchema, exp: z.number() });

// A browser sends the same token with every request: what was proven once holds until it expires. Bounded.
const verified = new Map<string, { readonly userId: string; readonly expiresAt: number }>();

function signingSecret(env: RuntimeEnv): string {
  // The generated type knows only the local value; in production it is a secret that someone may not have set yet.
  const secret: string | undefined = env.TOKEN_SIGNING_SECRET;
  if (secret !== undefined && secret !== "") return secret;
  throw new ApiError(
    "not_ready",
    "Shopper tokens are not set up here: run `wrangler secret put TOKEN_SIGNING_SECRET --env production`.",
  );
}

/**
 * Makes a shopper token (JWT, HS256).
 * @param expiresAt seconds since 1970 UTC
 * @throws ApiError 503 while the deployment has no signing secret
 */
export async function signShopperToken(env: RuntimeEnv, userId: string, expiresAt: number): Promise<string> {
  return sign({ sub: userId, exp: expiresAt }, signingSecret(env), "HS256");
}

/**
 * The user that a shopper token proves.
 * @param now milliseconds since 1970 UTC
 * @throws ApiError 401 `invalid_token` for one that is malformed, expired, wrongly signed or valid for too long;
 * 503 while the deployment has no signing secret
 */
export async function verifyShopperToken(env: RuntimeEnv, token: string, now: number): Promise<string> {
  const known = verified.get(token);
  if (known !== undefined && known.expiresAt > now) return known.userId;
  const secret = signingSecret(env);
  const claims = claimsSchema.safeParse(await verify(token, secret, "HS256").catch(() => null));
  // The library lets a token without `exp` through and reads its own clock; both are checked here again.
  if (!claims.success || claims.data.exp * 1_000 <= now) {
    throw new ApiError("invalid_token", "The shopper token is not valid or has expired. Get a new one for this user.");
  }
  if (claims.data.exp * 1_000 > now + (TOKEN_MAX_SECONDS + CLOCK_SKEW_SECONDS) * 1_000) {
    throw new ApiError("invalid_token", "The shopper token's `exp` must be at most 24 hours ahead.");
  }
  if (verified.size >= VERIFIED_TOKENS_MAX) verified.clear();
  verified.set(token, { userId: claims.data.sub, expiresAt: claims.data.exp * 1_000 });
  return claims.data.sub;
}
