import type { EndcapConfig } from "../../domain/config/schema.ts";
import { identitySchema } from "../../domain/events/identity.ts";
import type { Consent } from "../../domain/sessions/session.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import type { Caller } from "./auth.ts";
import { ApiError, parseInput } from "./errors.ts";
import { verifyShopperToken } from "./shopper-token.ts";

/** What a request says about who the shopper is. */
export interface ClaimedIdentity {
  readonly client_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly token?: string | undefined;
}

/** A shopper for whom the caller may speak. */
export interface IdentifiedShopper {
  /** Name of the session: `u:<user id>` or `c:<client id>`. */
  readonly shopper: string;
  /** Null for an anonymous shopper. */
  readonly userId: string | null;
  /** The client id whose anonymous session belongs to the user, when the request names both. */
  readonly mergeClient: string | null;
}

/** A consent and whether the shopper said so in this request: a remembered consent wins over a default. */
export interface ResolvedConsent {
  readonly value: Consent;
  readonly explicit: boolean;
}

async function provenUser(env: RuntimeEnv, caller: Caller, claimed: ClaimedIdentity): Promise<string | null> {
  const { user_id: userId, token } = claimed;
  const ofToken = token === undefined ? null : await verifyShopperToken(env, token, Date.now());
  if (userId === undefined || userId === ofToken) return ofToken;
  if (ofToken === null && caller.kind === "secret") return userId;
  throw new ApiError(
    "shopper_token_required",
    ofToken === null
      ? "A publishable key needs this user's shopper token beside `user_id` (made by POST /v1/tokens)."
      : "The shopper token belongs to another user than `user_id`.",
  );
}

/**
 * Who the shopper is: a user proven by a token or named by the shop's server, else the anonymous `client_id`.
 * @throws ApiError 400 for an id that is malformed or no id at all; 401 `invalid_token`; 403 `shopper_token_required`
 * for a user that the caller may not name; 503 while tokens cannot be verified
 */
export async function identifyShopper(
  env: RuntimeEnv,
  caller: Caller,
  claimed: ClaimedIdentity,
): Promise<IdentifiedShopper> {
  const identity = parseInput(identitySchema, claimed);
  const clientId = identity.client_id ?? null;
  const userId = await provenUser(env, caller, identity);
  if (userId !== null) return { shopper: `u:${userId}`, userId, mergeClient: clientId };
  if (clientId !== null) return { shopper: `c:${clientId}`, userId: null, mergeClient: null };
  throw new ApiError("invalid_request", "Say who the shopper is: send `client_id`, `user_id` or both.");
}

/**
 * What the shopper has agreed to, as far as this request tells: what it says, else its kind of key's default (granted
 * for secret keys, whose shop has asked; configurable for publishable ones).
 */
export function resolveConsent(caller: Caller, said: Consent | undefined, config: EndcapConfig): ResolvedConsent {
  if (said !== undefined) return { value: said, explicit: true };
  const granted: Consent = { personalization: true, analytics: true };
  return { value: caller.kind === "secret" ? granted : config.consent.publishableDefault, explicit: false };
}
