import type { InteractionMessage } from "../domain/events/interaction.ts";
import type { RuntimeEnv } from "../platform/env.ts";
import { app } from "./api/app.ts";
import { runCron } from "./crons/crons.ts";
import { consumeDeadLetters } from "./queues/dead-letters.ts";
import { consumeEvents } from "./queues/events.ts";
import { consumeServed } from "./queues/served.ts";

export { InteractionLedger } from "../durable-objects/interaction-ledger.ts";
export { LocalVectorStore } from "../durable-objects/local-vector-store.ts";
export { ShopperSession } from "../durable-objects/shopper-session.ts";
export { LocalVectorIndex } from "./local-vector-index.ts";
export { Recommender } from "./recommender.ts";
export { CompactionWorkflow } from "./workflows/compaction.ts";
export { ErasureWorkflow } from "./workflows/erasure.ts";
export { ExportWorkflow } from "./workflows/export.ts";
export { ModelWorkflow } from "./workflows/model.ts";
export { SyncWorkflow } from "./workflows/sync.ts";

/** Where Cloudflare calls us. Nothing is decided here; an unknown queue or cron is a mistake of configuration. */
export default {
  fetch(request, env, context) {
    return app.fetch(request, env, context);
  },
  async queue(batch, env) {
    switch (batch.queue) {
      case "events":
        return consumeEvents(batch as MessageBatch<InteractionMessage>, env);
      case "served":
        return consumeServed(batch, env);
      case "events-dead":
      case "served-dead":
        return consumeDeadLetters(batch, env);
      default:
        throw new Error(`No consumer for the queue "${batch.queue}": wrangler.toml and workers/index.ts disagree.`);
    }
  },
  async scheduled(controller, env) {
    await runCron(controller.cron, env);
  },
} satisfies ExportedHandler<RuntimeEnv>;
