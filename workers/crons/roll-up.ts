import type { RuntimeEnv } from "../../platform/env.ts";

/** Makes old counters coarser. */
export async function rollUp(_env: RuntimeEnv, _now: Date): Promise<void> {}
