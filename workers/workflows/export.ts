import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";

import { type ExportParams, exportParamsSchema } from "../../domain/exports/params.ts";
import type { NewNotice } from "../../domain/sync/notices.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { openNotice } from "../../platform/d1/notice-store.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { EXPORTS_SUBJECT } from "../../domain/exports/limits.ts";
import { ExportRefusal } from "./export/check.ts";
import { abandonExport } from "./export/publish.ts";
import { type ExportRun, followUp, runExport } from "./export/run-export.ts";

const STEP = {
  retries: { limit: 4, delay: "2 seconds", backoff: "exponential" },
  timeout: "15 minutes",
} as const;

/** What an error's name becomes of on its way out of a step. */
const NON_RETRYABLE = /^NonRetryableError: /;

function failureNotice(id: string, message: string): NewNotice {
  return {
    kind: "export_failed",
    subject: EXPORTS_SUBJECT,
    message: `Export ${id} failed: ${message} Readers of latest.json still have the one before; the next night tries again.`,
    announcementId: null,
  };
}

/**
 * Writes an export (docs/exports.md). The instance's id is the export's, and the row that says "running" is there
 * before the instance is.
 */
export class ExportWorkflow extends WorkflowEntrypoint<RuntimeEnv, ExportParams> {
  override async run(event: Readonly<WorkflowEvent<ExportParams>>, step: WorkflowStep): Promise<void> {
    const { env } = this;
    const id = event.instanceId;
    const params = exportParamsSchema.parse(event.payload);
    // One that was set back is somebody's who waits for it; the others are waited for by those who train.
    const isAwaited = params.asOf === null;
    const run: ExportRun = {
      env,
      id,
      startedAt: event.timestamp.getTime(),
      now: () => Date.now(),
      // The two types of what a step may hand on are the same, said differently.
      step: (name, work) => step.do(name, STEP, () => refusing(work) as Promise<never>),
    };
    try {
      const done = await runExport(run, params);
      logger.info("export_complete", { id, ...done });
    } catch (error) {
      const message = messageOf(error).replace(NON_RETRYABLE, "");
      logger.error("export_failed", { id, message });
      await step.do("failed", STEP, async () => {
        if (isAwaited) await openNotice(env.DB, failureNotice(id, message), new Date());
        await abandonExport(env, id, message, new Date());
      });
      throw error;
    }
    try {
      await followUp(run);
    } catch (error) {
      // The export is there: what was not tidied up is the next one's.
      logger.error("export_follow_up_failed", { id, message: messageOf(error) });
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
