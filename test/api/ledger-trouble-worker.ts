import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

const LOST_SHARD = "shard-3";

function withoutOneShard(ledgers: RuntimeEnv["INTERACTION_LEDGER"]): RuntimeEnv["INTERACTION_LEDGER"] {
  return new Proxy(ledgers, {
    get(inner, property) {
      if (property !== "getByName") return Reflect.get(inner, property, inner) as unknown;
      return (name: string): unknown => {
        if (name !== LOST_SHARD) return inner.getByName(name);
        const fail = (): Promise<never> => Promise.reject(new Error("This shard is away."));
        return { status: fail, flush: fail };
      };
    },
  });
}

/** The Worker with one ledger shard that nobody reaches from the API. */
export default {
  ...worker,
  async fetch(request, env, context) {
    return worker.fetch(request, { ...env, INTERACTION_LEDGER: withoutOneShard(env.INTERACTION_LEDGER) }, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
