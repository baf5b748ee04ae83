import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";

import { type ExportParams, exportParamsSchema } from "../../domain/exports/params.ts";
import { finishExport } from "../../platform/d1/export-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { removeExportFiles } from "../../platform/r2/export-store.ts";
import { ExportRefusal } from "./export/check.ts";
import { runExport } from "./export/run-export.ts";

const STEP = {
  retries: { limit: 4, delay: "2 seconds", backoff: "exponential" },
  timeout: "15 minutes",
} as const;

/**
 * Writes an export (docs/exports.md). The instance's id is the export's, and the row that says "running" is there
 * before the instance is.
 */
export class ExportWorkflow extends WorkflowEntrypoint<RuntimeEnv, ExportParams> {
  override async run(event: Readonly<WorkflowEvent<ExportParams>>, step: WorkflowStep): Promise<void> {
    const { env } = this;
    const id = event.instanceId;
    try {
      const done = await runExport(
        {
          env,
          id,
          startedAt: event.timestamp.getTime(),
          now: () => Date.now(),
          // The two types of what a step may hand on are the same, said differently.
          step: (name, run) => step.do(name, STEP, () => refusing(run) as Promise<never>),
        },
        exportParamsSchema.parse(event.payload),
      );
      logger.info("export_complete", { id, ...done });
    } catch (error) {
      const message = messageOf(error);
      logger.error("export_failed", { id, message });
      await step.do("failed", STEP, async () => {
        await finishExport(env.DB, id, { state: "failed", error: message }, new Date());
        await removeExportFiles(env.EXPORTS, id);
      });
      throw error;
    }
  }
}

/** What would come to the same again is not tried again. */
async function refusing<Outcome>(run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof ExportRefusal ? new NonRetryableError(error.message) : error;
  }
}
