import type { Context } from "hono";

import type { RuntimeEnv } from "../../platform/env.ts";
import type { ControlSource } from "./control-cache.ts";
import type { WaitUntil } from "./shared-work.ts";

/** What Hono's context carries through a request. */
export interface ApiEnv {
  Bindings: RuntimeEnv;
  Variables: {
    /** Repeated in every error and in the log, so that a caller's report finds its line. */
    requestId: string;
  };
}

/** What lets work go on after this request's answer. */
export function waitUntilOf(context: Context<ApiEnv>): WaitUntil {
  return (work) => context.executionCtx.waitUntil(work);
}

/** The deployment's `control.json`, as this request reads it. */
export function controlSourceOf(context: Context<ApiEnv>): ControlSource {
  return { bucket: context.env.RUNTIME, waitUntil: waitUntilOf(context) };
}

/** Where Cloudflare says that this request comes from; null when it does not say. */
export function edgeCountryOf(context: Context<ApiEnv>): string | null {
  const country = context.req.raw.cf?.country;
  return typeof country === "string" ? country : null;
}
