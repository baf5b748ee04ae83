import type { Context } from "hono";
import { decode, verify } from "hono/jwt";
import { z } from "zod";

import { type ApiEnv, waitUntilOf } from "../context.ts";
import { ApiError } from "../errors.ts";
import { accessKey } from "./access-keys.ts";

const HEADER = "cf-access-jwt-assertion";
const CERTIFICATES_PATH = "/cdn-cgi/access/certs";

/** A person's token has an e-mail address, that of a service token a name. */
const claimsSchema = z
  .object({ exp: z.number(), email: z.string().optional(), common_name: z.string().optional() })
  .transform(({ exp, email, common_name: name }) => ({ expiresAt: exp, name: email || name || "Cloudflare Access" }));

/** Whom Cloudflare Access let in. */
export interface AccessIdentity {
  /** E-mail address, or a service token's name. */
  readonly name: string;
  /** Seconds since 1970 UTC. */
  readonly expiresAt: number;
}

interface AccessSettings {
  /** `https://<team>.cloudflareaccess.com`. */
  readonly issuer: string;
  readonly audience: string;
}

function settingsOf({ ACCESS_TEAM_DOMAIN, ACCESS_AUDIENCE }: ApiEnv["Bindings"]): AccessSettings | null {
  const domain: string = ACCESS_TEAM_DOMAIN;
  const audience: string = ACCESS_AUDIENCE;
  if (domain === "" || audience === "") return null;
  // The local runtime is tried with a stand-in for Access on this machine; whatever else is named is asked by TLS.
  return { issuer: domain.startsWith("http://127.0.0.1:") ? domain : `https://${domain}`, audience };
}

function refusal(): ApiError {
  return new ApiError("invalid_token", "Cloudflare Access' token is not valid for this deployment, or has expired.");
}

/**
 * Whom Cloudflare Access let in, by the signed token that it adds to a request. Null where Access is not set up
 * (then the header means nothing: anybody could send it) or added none.
 * @throws ApiError 401 `invalid_token` for a token of another application, team, key or algorithm, or an expired one
 */
export async function readAccessIdentity(context: Context<ApiEnv>, now: number): Promise<AccessIdentity | null> {
  const settings = settingsOf(context.env);
  const token = context.req.header(HEADER);
  if (settings === null || token === undefined) return null;
  const { issuer, audience } = settings;
  try {
    const { kid } = decode(token).header;
    const key =
      kid === undefined ? null : await accessKey(`${issuer}${CERTIFICATES_PATH}`, kid, waitUntilOf(context), now);
    if (key === null) throw refusal();
    // What was issued "in the future" is the other clock's second: expiry is what bounds a token.
    const payload = await verify(token, { ...key }, { alg: "RS256", iss: issuer, aud: audience, iat: false });
    const claims = claimsSchema.parse(payload);
    if (claims.expiresAt * 1_000 <= now) throw refusal();
    return claims;
  } catch {
    throw refusal();
  }
}
