import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep, type WorkflowStepConfig } from "cloudflare:workers";

import config from "#shop-config";
import { type SyncParams, syncParamsSchema } from "../../domain/sync/run.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger } from "../../platform/logger.ts";
import { followersLag, followWithCatalogue, followWithVectors } from "./sync/followers.ts";
import { runSync } from "./sync/run-sync.ts";
import type { StepRunner } from "./sync/services.ts";
import { workerServices } from "./sync/worker-services.ts";

type SyncEvent = Readonly<WorkflowEvent<Partial<SyncParams>>>;

/** A replica that is away is reported within seconds: the next cron tries again anyway. */
const STEP: WorkflowStepConfig = {
  retries: { limit: 2, delay: "1 second", backoff: "constant" },
  timeout: "10 minutes",
};

/** The sync as a Workflow: `runSync` with the platform's steps. */
export class SyncWorkflow extends WorkflowEntrypoint<RuntimeEnv, Partial<SyncParams>> {
  override async run(event: SyncEvent, step: WorkflowStep): Promise<void> {
    const { env } = this;
    const { trigger, run_id: runId = event.instanceId } = syncParamsSchema.parse(event.payload ?? {});
    const steps: StepRunner = {
      // What a step gives is kept as JSON: every value of a run is plain data.
      do: (name, work) => step.do(name, STEP, work as () => Promise<never>),
    };
    const ended = await runSync(workerServices(env, config), steps, { runId, trigger }, async (each, run) => {
      if (!(await each.do("followers lag", () => followersLag(env, new Date())))) return;
      await each.do("vectors", () => followWithVectors(env, run, runId, new Date()));
      await each.do("catalogue", () => followWithCatalogue(env, config, run, runId, new Date()));
    });
    logger.info(ended === null ? "sync_skipped" : "sync_ended", { runId, ...ended });
    if (ended?.state === "failed") throw new Error(ended.error);
  }
}
