import type { RuntimeEnv } from "../../platform/env.ts";

/** Compares what is in demand with what is usual. */
export async function lookForSpikes(_env: RuntimeEnv, _now: Date): Promise<void> {}
