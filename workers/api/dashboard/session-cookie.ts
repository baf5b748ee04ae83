import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

import type { ApiKey } from "../../../domain/control/control.ts";
import { pathSigner, type PathSigner } from "../../../platform/signed-path.ts";
import { type ApiEnv, controlSourceOf } from "../context.ts";
import { latestControl } from "../control-cache.ts";
import { ApiError } from "../errors.ts";

/** A working day: whoever stays longer signs in again. */
export const SESSION_SECONDS = 8 * 60 * 60;

const COOKIE = "endcap_dashboard";
const COOKIE_PATH = "/v1";
/** What the signing key is derived for; the secret itself signs shopper tokens. */
const PURPOSE = "endcap dashboard session v1";
/** Expiry in seconds, the key's id in base64url, signature. */
const COOKIE_PATTERN = /^([1-9]\d{0,11})\.([A-Za-z0-9_-]{1,400})\.([0-9a-f]{64})$/;
/** Hosts of the local runtime, which has no TLS. */
const LOCAL_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1"]);

/** A session that is in order. */
export interface Session {
  readonly key: ApiKey;
  /** Seconds since 1970 UTC. */
  readonly expiresAt: number;
}

async function signer(env: ApiEnv["Bindings"]): Promise<PathSigner> {
  // The generated type knows only the local value; in production it is a secret that someone may not have set yet.
  const secret: string | undefined = env.TOKEN_SIGNING_SECRET;
  if (secret !== undefined && secret !== "") return pathSigner(secret, PURPOSE);
  throw new ApiError(
    "not_ready",
    "Nobody can sign in here yet: run `wrangler secret put TOKEN_SIGNING_SECRET --env production`.",
  );
}

// The key's hash is signed and not sent: a key that is replaced under its old id ends its sessions too.
function signedText(key: ApiKey): string {
  return `${key.id}\n${key.hash}`;
}

function cookieOptions(context: Context<ApiEnv>) {
  const { protocol, hostname } = new URL(context.req.url);
  const isLocal = protocol === "http:" && LOCAL_HOSTS.has(hostname);
  return { path: COOKIE_PATH, httpOnly: true, sameSite: "Strict", secure: !isLocal } as const;
}

/**
 * Begins a session for a key that was just proven.
 * @param now milliseconds since 1970 UTC
 * @throws ApiError 503 while the deployment has no signing secret
 */
export async function beginSession(context: Context<ApiEnv>, key: ApiKey, now: number): Promise<void> {
  const expiresAt = Math.floor(now / 1_000) + SESSION_SECONDS;
  const signature = await (await signer(context.env)).sign(signedText(key), expiresAt);
  const value = `${expiresAt}.${Buffer.from(key.id).toString("base64url")}.${signature}`;
  setCookie(context, COOKIE, value, { ...cookieOptions(context), maxAge: SESSION_SECONDS });
}

/** Takes the cookie back. A copy of it stays good until it expires: removing the key ends that too. */
export function endSession(context: Context<ApiEnv>): void {
  deleteCookie(context, COOKIE, cookieOptions(context));
}

/**
 * The session that the request's cookie proves, or null. Its key is looked up in control.json each time, so that a
 * key which is removed ends its sessions within seconds.
 * @param now milliseconds since 1970 UTC
 */
export async function readSession(context: Context<ApiEnv>, now: number): Promise<Session | null> {
  const [, expires, encodedId, signature] = COOKIE_PATTERN.exec(getCookie(context, COOKIE) ?? "") ?? [];
  if (expires === undefined || encodedId === undefined || signature === undefined) return null;
  const expiresAt = Number(expires);
  if (expiresAt * 1_000 <= now) return null;
  const { control } = await latestControl(controlSourceOf(context));
  const id = Buffer.from(encodedId, "base64url").toString();
  const key = control?.keys.find((candidate) => candidate.id === id && candidate.kind === "secret");
  if (key === undefined) return null;
  return (await (await signer(context.env)).verify(signedText(key), expiresAt, signature)) ? { key, expiresAt } : null;
}
