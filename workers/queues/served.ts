import type { RuntimeEnv } from "../../platform/env.ts";

/** Writes a batch of served answers to the lake. */
export async function consumeServed(batch: MessageBatch, _env: RuntimeEnv): Promise<void> {
  batch.ackAll();
}
