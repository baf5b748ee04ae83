import type { RuntimeEnv } from "../../platform/env.ts";

/** Keeps what failed as often as it may, with the reason. */
export async function consumeDeadLetters(batch: MessageBatch, _env: RuntimeEnv): Promise<void> {
  batch.retryAll();
}
