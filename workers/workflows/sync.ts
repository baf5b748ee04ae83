import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep, type WorkflowStepConfig } from "cloudflare:workers";

import config from "../../endcap.config.ts";
import { ENTITY_STEPS_MAX } from "../../domain/sync/limits.ts";
import { type SourceSchema, type SyncParams, syncParamsSchema } from "../../domain/sync/run.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import type { SyncContext } from "./sync/context.ts";
import { describeSource } from "./sync/describe-source.ts";
import { configuredEntities, entitySource } from "./sync/entity-source.ts";
import { followersLag, followWithCatalogue, followWithVectors } from "./sync/followers.ts";
import { beginRun, endRun } from "./sync/lifecycle.ts";
import { syncEntity } from "./sync/sync-entity.ts";

type SyncEvent = Readonly<WorkflowEvent<Partial<SyncParams>>>;

/** A replica that is away is reported within seconds: the next cron tries again anyway. */
const STEP: WorkflowStepConfig = {
  retries: { limit: 2, delay: "1 second", backoff: "constant" },
  timeout: "10 minutes",
};

/**
 * Reads the replica: describe its schema → users, items, orders, ratings page by page → vectors and snapshot of what
 * changed. Each page is committed with its cursor; a run that fails or is killed is gone on with by the next.
 */
export class SyncWorkflow extends WorkflowEntrypoint<RuntimeEnv, Partial<SyncParams>> {
  override async run(event: SyncEvent, step: WorkflowStep): Promise<void> {
    const { env } = this;
    const { trigger, run_id: runId = event.instanceId } = syncParamsSchema.parse(event.payload ?? {});
    const run = await step.do("begin", STEP, () => beginRun(env.DB, runId, trigger, new Date()));
    if (run === null) {
      logger.info("sync_skipped", { runId });
      return;
    }
    try {
      await this.#readSource(step, run, runId);
      if (await step.do("followers lag", STEP, () => followersLag(env))) {
        await step.do("vectors", STEP, () => followWithVectors(env, run, runId, new Date()));
        await step.do("catalogue", STEP, () => followWithCatalogue(env, config, run, runId, new Date()));
      }
      await step.do("complete", STEP, () => endRun(env.DB, run, runId, null, new Date()));
      logger.info("sync_complete", { runId, run });
    } catch (error) {
      // What a step throws comes back with its class in front, which says nothing to a reader.
      const message = messageOf(error).replace(/^\w*Error: /, "");
      logger.error("sync_failed", { runId, run, message });
      await step.do("failed", STEP, () => endRun(env.DB, run, runId, message, new Date()));
      throw error;
    }
  }

  async #readSource(step: WorkflowStep, run: number, runId: string): Promise<void> {
    const { schema, problems } = await step.do("describe the source", STEP, () =>
      this.#withReplica(run, runId, describeSource),
    );
    if (problems.length > 0) throw new Error(problems.join(" "));
    for (const entity of configuredEntities(config.source)) {
      let done = false;
      // What is left after the last step is read by the next run, from where this one stood.
      for (let part = 1; !done && part <= ENTITY_STEPS_MAX; part++) {
        done = await step.do(`${entity} ${part}`, STEP, () => this.#readPart(schema, entity, run, runId));
      }
    }
  }

  #readPart(
    schema: SourceSchema,
    entity: Parameters<typeof entitySource>[0],
    run: number,
    runId: string,
  ): Promise<boolean> {
    return this.#withReplica(run, runId, (context) =>
      syncEntity(context, entitySource(entity, config.source, schema.tables)),
    );
  }

  /** No connection survives a step: each opens its own and closes it. */
  async #withReplica<Value>(
    run: number,
    runId: string,
    work: (context: SyncContext) => Promise<Value>,
  ): Promise<Value> {
    const replica = await openReplica(this.env.REPLICA.connectionString, config.sync.statementSeconds);
    try {
      return await work({
        db: this.env.DB,
        replica,
        config,
        run,
        runId,
        now: () => new Date(),
        pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      });
    } finally {
      await replica.close();
    }
  }
}
