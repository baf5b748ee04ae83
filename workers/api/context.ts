import type { RuntimeEnv } from "../../platform/env.ts";

/** What Hono's context carries through a request. */
export interface ApiEnv {
  Bindings: RuntimeEnv;
  Variables: {
    /** Repeated in every error and in the log, so that a caller's report finds its line. */
    requestId: string;
  };
}
