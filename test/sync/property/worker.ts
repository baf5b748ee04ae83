import config from "#shop-config";
import { z } from "zod";

import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import { ReplicaError } from "../../../domain/sync/replica.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import worker from "../../../workers/index.ts";
import { followersLag, followWithVectors } from "../../../workers/workflows/sync/followers.ts";
import { runSync } from "../../../workers/workflows/sync/run-sync.ts";
import type { SyncServices } from "../../../workers/workflows/sync/services.ts";
import { workerServices } from "../../../workers/workflows/sync/worker-services.ts";
import { mortal } from "./mortal.ts";

export * from "../../../workers/index.ts";

const requestSchema = z.object({
  /** Milliseconds by which the run's clock is ahead. */
  ahead: z.number(),
  trouble: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("none") }),
    /** The replica goes away after so many connections. */
    z.object({ kind: z.literal("outage"), after: z.number() }),
    /** The runtime dies in the middle of its n-th batch: nothing after it is written. */
    z.object({ kind: z.literal("killed"), after: z.number() }),
  ]),
});
type Trouble = z.infer<typeof requestSchema>["trouble"];

function troubled(services: SyncServices, trouble: Trouble, ahead: number): SyncServices {
  let opened = 0;
  return {
    ...services,
    db: trouble.kind === "killed" ? mortal(services.db, trouble.after) : services.db,
    async openSource(via) {
      opened += 1;
      if (trouble.kind === "outage" && opened > trouble.after) throw new ReplicaError("The replica is away.");
      return services.openSource(via);
    },
    // Orders in the ledger have a test of their own (orders-in-ledger.test.ts).
    bookOrders: () => Promise.resolve(),
    now: () => new Date(Date.now() + ahead),
  };
}

/** The Worker, and `POST /v1/run` for a run of the sync's own code whose trouble is the caller's choice. */
export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/v1/run") return worker.fetch(request, env, context);
    const { ahead, trouble } = requestSchema.parse(await request.json());
    const services = troubled(workerServices(env, config), trouble, ahead);
    const step = { do: <Value>(_name: string, work: () => Promise<Value>): Promise<Value> => work() };
    try {
      const params = { runId: crypto.randomUUID(), trigger: "manual" as const };
      const ended = await runSync(services, step, params, async (each, run, runId) => {
        if (!(await each.do("lag", () => followersLag(env, services.now())))) return;
        await each.do("vectors", () => followWithVectors(env, run, runId, services.now()));
      });
      return Response.json(ended);
    } catch (error) {
      return Response.json({ state: "died", message: String(error) });
    }
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
