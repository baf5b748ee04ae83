import type { Context, MiddlewareHandler } from "hono";

import type { ApiKey, Control, Scope } from "../../domain/control/control.ts";
import { type ApiEnv, controlSourceOf } from "./context.ts";
import { heldControl, latestControl } from "./control-cache.ts";
import { ApiError } from "./errors.ts";

/** Who is calling, proven by a key. */
export interface Caller {
  readonly kind: ApiKey["kind"];
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}

/** Where a key may be found in a request. */
export interface PresentedKey {
  readonly bearer: string | null;
  /** From `?key=` or from `"key"` in the body: for publishable keys only. */
  readonly open: string | null;
}

const KEY_HASHES_MAX = 1_000;
// Hashing a key costs more than finding it: presented key → SHA-256. Bounded, since anyone may present anything.
const keyHashes = new Map<string, string>();

/** SHA-256 of `text` in hexadecimal. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("hex");
}

async function hashOf(key: string): Promise<string> {
  const known = keyHashes.get(key);
  if (known !== undefined) return known;
  const hash = await sha256Hex(key);
  if (keyHashes.size >= KEY_HASHES_MAX) keyHashes.clear();
  keyHashes.set(key, hash);
  return hash;
}

/** The token of an `Authorization: Bearer …` header, or null. */
export function bearerOf(context: Context<ApiEnv>): string | null {
  const header = context.req.header("authorization");
  if (header === undefined) return null;
  const match = /^Bearer\s+(\S+)$/i.exec(header);
  if (match?.[1] === undefined) throw new ApiError("invalid_key", "Send the key as `Authorization: Bearer <key>`.");
  return match[1];
}

function assertOrigin(key: ApiKey, origin: string | undefined): void {
  // Browsers send no Origin with a same-origin GET; a page on another origin cannot leave it out.
  if (origin === undefined || key.origins.includes("*") || key.origins.includes(origin)) return;
  throw new ApiError(
    "origin_not_allowed",
    `This publishable key may not be used from ${origin}. Add the origin to the key.`,
  );
}

function findKey(control: Control | null, hash: string): ApiKey | undefined {
  return control?.keys.find((key) => key.hash === hash);
}

/**
 * Proves who is calling.
 * @throws ApiError 401 for a missing or unknown key or a secret key where a URL or body shows it; 403 for an origin
 * that the publishable key does not allow; 503 while the deployment's keys cannot be read.
 */
export async function authenticate(context: Context<ApiEnv>, presented: PresentedKey): Promise<Caller> {
  const { bearer, open } = presented;
  if (open?.startsWith("sk_") === true) {
    throw new ApiError(
      "secret_key_in_url",
      "A secret key belongs in the Authorization header only. Replace this one: it may have been logged.",
    );
  }
  const value = bearer ?? open;
  if (value === null)
    throw new ApiError(
      "missing_key",
      "Send a key: `Authorization: Bearer <key>`, or `?key=pk_…` for a publishable one.",
    );
  const hash = await hashOf(value);
  let key = findKey(heldControl(controlSourceOf(context)), hash);
  if (key === undefined) {
    // A key made a moment ago may not be in our copy yet: look again before refusing it.
    const { control } = await latestControl(controlSourceOf(context));
    if (control === null)
      throw new ApiError("not_ready", "This deployment has no readable control.json yet: provision it first.");
    key = findKey(control, hash);
  }
  if (key === undefined) throw new ApiError("invalid_key", "This key is not known here. Check it, or make a new one.");
  if (key.kind === "publishable") assertOrigin(key, context.req.header("origin"));
  return { kind: key.kind, keyId: key.id, scopes: key.scopes };
}

/** True when the caller's key has `scope`, or `admin`. */
export function hasScope(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes(scope) || caller.scopes.includes("admin");
}

/** @throws ApiError 403 unless a secret key with `scope` calls. */
export function assertScope(caller: Caller, scope: Scope): void {
  assertAnyScope(caller, [scope]);
}

/** @throws ApiError 403 unless a secret key with one of `scopes` calls. */
export function assertAnyScope(caller: Caller, scopes: readonly Scope[]): void {
  const wanted = scopes.join(" or ");
  if (caller.kind !== "secret")
    throw new ApiError("secret_key_required", `This needs a secret key with the scope ${wanted}.`);
  if (!scopes.some((scope) => hasScope(caller, scope)))
    throw new ApiError("insufficient_scope", `This key lacks the scope ${wanted}.`);
}

/** Middleware for resources of the shop's own server: a secret key in the header, with `scope`. */
export function requireScope(scope: Scope): MiddlewareHandler<ApiEnv> {
  return requireAnyScope([scope]);
}

/** The same for what several of the shop's people may do: one of `scopes` is enough. */
export function requireAnyScope(scopes: readonly Scope[]): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    assertAnyScope(
      await authenticate(context, { bearer: bearerOf(context), open: context.req.query("key") ?? null }),
      scopes,
    );
    await next();
  };
}
