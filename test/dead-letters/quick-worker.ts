import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

/** The Worker, but that nobody waits between two attempts of a message. */
export default {
  ...worker,
  async queue(batch, env) {
    const failed = new Set<string>();
    const messages = batch.messages.map(({ id, timestamp, body, attempts }) => ({
      id,
      timestamp,
      body,
      attempts,
      ack: () => undefined,
      retry: () => void failed.add(id),
    }));
    const { queue, metadata } = batch;
    await worker.queue({ queue, metadata, messages, ackAll: () => undefined, retryAll: () => undefined }, env);
    for (const message of batch.messages) {
      if (failed.has(message.id)) message.retry({ delaySeconds: 0 });
      else message.ack();
    }
  },
} satisfies ExportedHandler<RuntimeEnv>;
