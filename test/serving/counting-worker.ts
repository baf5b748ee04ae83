import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

// What the request in hand asked of the platform, in order.
let calls: string[] = [];

/** An object whose methods are recorded as `<name>.<method>` before they run. */
function recorded<Target extends object>(
  name: string,
  target: Target,
  onResult?: (method: string, result: unknown) => unknown,
): Target {
  return new Proxy(target, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        calls.push(`${name}.${String(property)}`);
        const result: unknown = Reflect.apply(value, inner, args);
        return onResult === undefined ? result : onResult(String(property), result);
      };
    },
  });
}

/** A namespace whose objects' calls are recorded; getting a stub calls nothing. */
function recordedNamespace<Namespace extends DurableObjectNamespace>(name: string, namespace: Namespace): Namespace {
  return new Proxy(namespace, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (property !== "getByName" || typeof value !== "function") return value;
      return (key: string): unknown => recorded(name, Reflect.apply(value, inner, [key]) as object);
    },
  });
}

/** The Worker with every binding that an answer could touch recorded; `GET /calls` gives and clears the record. */
export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "/v1/calls") {
      const answer = Response.json(calls);
      calls = [];
      return answer;
    }
    const watched: RuntimeEnv = {
      ...env,
      DB: recorded("DB", env.DB),
      VECTOR_INDEX: recorded("VECTOR_INDEX", env.VECTOR_INDEX),
      RUNTIME: recorded("RUNTIME", env.RUNTIME),
      MODELS: recorded("MODELS", env.MODELS),
      EVENTS_QUEUE: recorded("EVENTS_QUEUE", env.EVENTS_QUEUE),
      SHOPPER_SESSION: recordedNamespace("SHOPPER_SESSION", env.SHOPPER_SESSION),
      INTERACTION_LEDGER: recordedNamespace("INTERACTION_LEDGER", env.INTERACTION_LEDGER),
    };
    return worker.fetch(request, watched, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
