import type { RuntimeEnv } from "../../platform/env.ts";

/** Compares flows with their objectives, and sends what people are to be told. */
export async function watch(_env: RuntimeEnv, _now: Date): Promise<void> {}
