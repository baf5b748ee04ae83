import type { RuntimeEnv } from "../../platform/env.ts";
import type { Caller } from "./auth.ts";
import type { ControlSource } from "./control-cache.ts";
import type { WaitUntil } from "./shared-work.ts";

/** What somebody asks of us, whichever way it came: over HTTP, from a storefront Worker, or as one user of a batch. */
export interface Call {
  readonly env: RuntimeEnv;
  /** What lets work go on after this call's answer. */
  readonly waitUntil: WaitUntil;
  readonly caller: Caller;
  /** Where the edge says that the shopper is (ISO 3166-1 alpha-2, `XX` or `T1`); null when nobody says. */
  readonly edgeCountry: string | null;
  /** Repeated in the log, so that a caller's report finds its line. */
  readonly requestId: string;
}

/** The deployment's `control.json`, as this call reads it. */
export function controlOf({ env, waitUntil }: Pick<Call, "env" | "waitUntil">): ControlSource {
  return { bucket: env.RUNTIME, waitUntil };
}
