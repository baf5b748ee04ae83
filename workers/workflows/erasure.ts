import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";

import config from "#shop-config";
import { type ErasureParams, erasureParamsSchema, type Removed } from "../../domain/erasure/record.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger } from "../../platform/logger.ts";
import { putErasureRecord, readErasureRecord } from "../../platform/r2/erasure-record-store.ts";
import { refusing } from "./compaction/run-compaction.ts";
import { committedBefore } from "./compaction/committed-before.ts";
import type { ErasureDeps } from "./erasure/context.ts";
import { runErasure } from "./erasure/run-erasure.ts";

/** An erasure outlasts an outage of an hour: nobody looks whether it did. */
const STEP = {
  retries: { limit: 10, delay: "5 seconds", backoff: "exponential" },
  timeout: "15 minutes",
} as const;

/** Columns of the source in which a user's id stands. */
function userColumns(): ReadonlySet<string> {
  const { users, orders, ratings } = config.source;
  return new Set([users.key, orders?.user, ratings?.user].filter((name) => name !== undefined));
}

/** Erases a person everywhere (docs/privacy.md). The user's id is its parameter, and is not logged. */
export class ErasureWorkflow extends WorkflowEntrypoint<RuntimeEnv, ErasureParams> {
  override async run(event: Readonly<WorkflowEvent<ErasureParams>>, step: WorkflowStep): Promise<Removed> {
    const params = erasureParamsSchema.parse(event.payload);
    const removed = await runErasure(this.deps(step), params);
    logger.info("erasure_complete", { id: params.erasure_id });
    return removed;
  }

  /** What the run needs. A test gives it another clock. */
  protected deps(step: WorkflowStep): ErasureDeps {
    const { env } = this;
    return {
      env,
      step: (name, run) =>
        // The two types of what a step may hand on are the same, said differently.
        step.do(name, STEP, () => refusing(run, (message) => new NonRetryableError(message)) as Promise<never>),
      now: () => Date.now(),
      sleepUntil: (name, at) => step.sleepUntil(name, new Date(at)),
      committedBefore: () => committedBefore(env),
      userColumns: userColumns(),
      readRecord: (id) => readErasureRecord(env.RUNTIME, id),
      putRecord: (id, record) => putErasureRecord(env.RUNTIME, id, record),
    };
  }
}
