import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../durable-objects/session-worker.ts";

export * from "../durable-objects/session-worker.ts";

/** The worker of the sessions' tests, and `/erase?shopper=…&then=…`, which answers what went wrong. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/erase") return worker.fetch(request, env, context);
    const session = env.SHOPPER_SESSION.getByName(searchParams.get("shopper") ?? "");
    const then = searchParams.get("then") === "begins_anew" ? "begins_anew" : "stays_erased";
    return Response.json(await session.erase(then).then(() => null, String));
  },
} satisfies ExportedHandler<RuntimeEnv>;
