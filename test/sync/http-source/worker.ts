import { z } from "zod";

import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { openHttpSource } from "../../../platform/http-source/open-http-source.ts";
import worker from "../../../workers/index.ts";
import { runSync } from "../../../workers/workflows/sync/run-sync.ts";
import type { SyncServices } from "../../../workers/workflows/sync/services.ts";
import { workerServices } from "../../../workers/workflows/sync/worker-services.ts";
import { mortal } from "../property/mortal.ts";
import { API_TOKEN, httpShop, variantSchema } from "./http-shop.ts";

export * from "../../../workers/index.ts";

const requestSchema = z.object({
  shop: variantSchema,
  /** Milliseconds by which the run's clock is ahead. */
  ahead: z.number(),
  /** The runtime dies in its n-th batch; null for one that lives. */
  killedAfter: z.number().nullable(),
});

/** The real services, but that nobody waits for an API that says how long to wait: `slept` gets the milliseconds. */
function servicesOf(
  env: RuntimeEnv,
  { shop, ahead, killedAfter }: z.infer<typeof requestSchema>,
  slept: number[],
): SyncServices {
  const config = httpShop(shop);
  const services = workerServices(env, config);
  const sleep = (milliseconds: number): Promise<void> => {
    slept.push(milliseconds);
    return Promise.resolve();
  };
  return {
    ...services,
    db: killedAfter === null ? services.db : mortal(services.db, killedAfter),
    openSource(via) {
      const { http } = config.source;
      if (via === "replica" || http === undefined) return services.openSource(via);
      return Promise.resolve(openHttpSource(http, API_TOKEN, { sleep }));
    },
    // Orders in the ledger have a test of their own (orders-in-ledger.test.ts).
    bookOrders: () => Promise.resolve(),
    now: () => new Date(Date.now() + ahead),
  };
}

/** The Worker, and `POST /v1/run` for a run of the sync's own code against the API that the request names. */
export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/v1/run") return worker.fetch(request, env, context);
    const slept: number[] = [];
    const services = servicesOf(env, requestSchema.parse(await request.json()), slept);
    const step = { do: <Value>(_name: string, work: () => Promise<Value>): Promise<Value> => work() };
    try {
      const params = { runId: crypto.randomUUID(), trigger: "manual" as const };
      // Neither vectors nor a snapshot: nothing is served here.
      const ended = await runSync(services, step, params, () => Promise.resolve());
      return Response.json({ ...ended, slept });
    } catch (error) {
      return Response.json({ state: "died", message: String(error), slept });
    }
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
