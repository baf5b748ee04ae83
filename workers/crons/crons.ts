import { mergeLineDeltas } from "../../platform/d1/line-deltas.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { startDueExport } from "./due-export.ts";
import { lookForSpikes } from "./look-for-spikes.ts";
import { rollUp } from "./roll-up.ts";
import { startUploadedModels } from "./uploaded-models.ts";
import { watch } from "./watch.ts";

/** Every five minutes: read the replica. */
export const SYNC_CRON = "*/5 * * * *";

/** Two minutes after the replica was read: counters by line are brought together, and unusual demand is looked for. */
export const SPIKES_CRON = "2-59/5 * * * *";

/** Every minute: flows are compared with their objectives, and messages sent. */
export const WATCH_CRON = "* * * * *";

/** Every other minute: model folders that were put into the bucket are published. */
export const MODELS_CRON = "*/2 * * * *";

/** Once a night: the lake's small files become large ones. */
export const COMPACTION_CRON = "17 3 * * *";

/** Once a night: old counters become coarser ones. */
export const ROLL_UP_CRON = "37 3 * * *";

/** Every night: exports are made when one is due. */
export const EXPORT_CRON = "0 3 * * *";

/**
 * Runs what belongs to a cron expression of wrangler.toml.
 * @throws Error for an expression that no one handles, so that a mistake of configuration is seen at its first run.
 */
export async function runCron(cron: string, env: RuntimeEnv): Promise<void> {
  switch (cron) {
    case SYNC_CRON:
      await env.SYNC_WORKFLOW.create({ params: { trigger: "cron" } });
      return;
    case SPIKES_CRON:
      try {
        await mergeLineDeltas(env.DB);
      } finally {
        // It reads what waits, too, and so needs no success above.
        await lookForSpikes(env, new Date());
      }
      return;
    case WATCH_CRON:
      await watch(env, new Date());
      return;
    case ROLL_UP_CRON:
      await rollUp(env, new Date());
      return;
    case MODELS_CRON:
      await startUploadedModels(env, new Date());
      return;
    case COMPACTION_CRON:
      await env.COMPACTION_WORKFLOW.create();
      return;
    case EXPORT_CRON:
      await startDueExport(env, new Date());
      return;
    default:
      throw new Error(`No job for the cron "${cron}": wrangler.toml and workers/crons/crons.ts disagree.`);
  }
}
