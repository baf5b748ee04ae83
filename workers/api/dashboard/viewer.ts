import type { Context, MiddlewareHandler } from "hono";

import type { Scope } from "../../../domain/control/control.ts";
import { assertAnyScope, authenticate, bearerOf } from "../auth.ts";
import type { ApiEnv } from "../context.ts";
import { readAccessIdentity } from "./access.ts";
import { readSession } from "./session-cookie.ts";

/** What somebody who signed in may see. */
export const VIEWER_SCOPE: Scope = "analytics:read";

/** Who is looking. */
export interface Viewer {
  readonly via: "key" | "session" | "access";
  /** The key's id, or the person's e-mail address. */
  readonly name: string;
  /** Seconds since 1970 UTC; null for a key, which holds until it is removed. */
  readonly expiresAt: number | null;
}

/** What a browser adds to a request by itself proves who looks, never that they meant to change something. */
function mayUseBrowserProof({ req }: Context<ApiEnv>): boolean {
  return req.method === "GET" || req.method === "HEAD";
}

/**
 * Who is looking: a secret key with one of `scopes` in the header, or, for questions only, whoever signed in at the
 * dashboard or was let in by Cloudflare Access.
 * @throws ApiError 401 or 403
 */
export async function viewerOf(context: Context<ApiEnv>, scopes: readonly Scope[] = [VIEWER_SCOPE]): Promise<Viewer> {
  const bearer = bearerOf(context);
  const open = context.req.query("key") ?? null;
  if (bearer === null && open === null && mayUseBrowserProof(context)) {
    const now = Date.now();
    const session = await readSession(context, now);
    if (session !== null) {
      assertAnyScope({ kind: "secret", keyId: session.key.id, scopes: session.key.scopes }, [VIEWER_SCOPE]);
      return { via: "session", name: session.key.id, expiresAt: session.expiresAt };
    }
    const identity = await readAccessIdentity(context, now);
    if (identity !== null) return { via: "access", name: identity.name, expiresAt: identity.expiresAt };
  }
  const caller = await authenticate(context, { bearer, open });
  assertAnyScope(caller, scopes);
  return { via: "key", name: caller.keyId, expiresAt: null };
}

/**
 * Middleware for what people look at: a secret key with `analytics:read` (or one of `scopes`), or whoever signed in at
 * the dashboard.
 */
export function requireViewer(scopes: readonly Scope[] = [VIEWER_SCOPE]): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    await viewerOf(context, scopes);
    await next();
  };
}
