import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";

import { type CompactionParams, compactionParamsSchema } from "../../domain/lake/compaction-params.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger } from "../../platform/logger.ts";
import { committedBefore } from "./compaction/committed-before.ts";
import { type CompactionSummary, refusing, runCompaction } from "./compaction/run-compaction.ts";

const STEP = {
  retries: { limit: 3, delay: "5 seconds", backoff: "exponential" },
  timeout: "15 minutes",
} as const;

/** Turns the small files of the lake's closed hours into few large ones, and sweeps those that no reader needs. */
export class CompactionWorkflow extends WorkflowEntrypoint<RuntimeEnv, CompactionParams> {
  override async run(event: Readonly<WorkflowEvent<CompactionParams>>, step: WorkflowStep): Promise<CompactionSummary> {
    const { env } = this;
    const summary = await runCompaction(
      {
        bucket: env.LAKE,
        db: env.DB,
        step: (name, run) =>
          // The two types of what a step may hand on are the same, said differently.
          step.do(name, STEP, () => refusing(run, (message) => new NonRetryableError(message)) as Promise<never>),
        now: () => Date.now(),
        committedBefore: () => committedBefore(env),
        continueWith: async (params) => (await env.COMPACTION_WORKFLOW.create({ params })).id,
      },
      compactionParamsSchema.parse(event.payload ?? {}),
    );
    logger.info("compaction_complete", { ...summary });
    return summary;
  }
}
