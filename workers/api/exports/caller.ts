import type { Context } from "hono";

import type { Scope } from "../../../domain/control/control.ts";
import { assertScope, authenticate, bearerOf, type Caller } from "../auth.ts";
import type { ApiEnv } from "../context.ts";

/** Who calls, proven by a secret key with `scope`. @throws ApiError 401 or 403 */
export async function callerWith(context: Context<ApiEnv>, scope: Scope): Promise<Caller> {
  const caller = await authenticate(context, { bearer: bearerOf(context), open: context.req.query("key") ?? null });
  assertScope(caller, scope);
  return caller;
}
