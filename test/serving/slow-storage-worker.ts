import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

// How long every read takes for the time being, in milliseconds.
let delay = 0;

/** An object of which one method answers late. */
function slow<Target extends object>(target: Target, slowMethod: string): Target {
  return new Proxy(target, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]): Promise<unknown> => {
        if (property === slowMethod && delay > 0) await scheduler.wait(delay);
        return Reflect.apply(value, inner, args);
      };
    },
  });
}

/** The Worker on a storage that `GET /v1/delay?ms=` makes slow. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname === "/v1/delay") {
      delay = Number(url.searchParams.get("ms"));
      return Response.json(delay);
    }
    const slowed = { ...env, RUNTIME: slow(env.RUNTIME, "get"), VECTOR_INDEX: slow(env.VECTOR_INDEX, "queryById") };
    return worker.fetch(request, slowed, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
