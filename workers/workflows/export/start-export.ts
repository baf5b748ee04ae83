import type { ExportParams } from "../../../domain/exports/params.ts";
import { finishExport, insertExport } from "../../../platform/d1/export-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { messageOf } from "../../../platform/logger.ts";

/** Starts an export. The row comes first: an export that runs can always be found. */
export async function startExport(
  { DB, EXPORT_WORKFLOW }: Pick<RuntimeEnv, "DB" | "EXPORT_WORKFLOW">,
  id: string,
  trigger: "api" | "cron",
  params: ExportParams,
  now: Date,
): Promise<void> {
  await insertExport(DB, id, { trigger, params }, now);
  try {
    await EXPORT_WORKFLOW.create({ id, params });
  } catch (error) {
    await finishExport(DB, id, { state: "failed", error: messageOf(error) }, new Date());
    throw error;
  }
}
