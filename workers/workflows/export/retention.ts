import { EXPORT_LOST_MILLISECONDS } from "../../../domain/exports/limits.ts";
import { completeExports, finishExport, markExportRemoved, runningExports } from "../../../platform/d1/export-store.ts";
import { removeExportFiles } from "../../../platform/r2/export-store.ts";
import type { ExportEnv } from "./context.ts";

/**
 * Removes the files of complete exports beyond the newest `keep`, and of those that ended with their runtime. The one
 * that `latest.json` names is among the newest: it stays.
 * @param now milliseconds since 1970 UTC
 * @returns ids of what was removed
 */
export async function removeOldExports(
  { DB, EXPORTS }: Pick<ExportEnv, "DB" | "EXPORTS">,
  keep: number,
  latest: string | null,
  now: number,
): Promise<string[]> {
  const removed: string[] = [];
  for (const id of (await completeExports(DB)).slice(keep)) {
    if (id === latest) continue;
    // Marked first: nobody is sent to files that are going.
    await markExportRemoved(DB, id);
    await removeExportFiles(EXPORTS, id);
    removed.push(id);
  }
  for (const { exportId, startedAt } of await runningExports(DB)) {
    if (startedAt > now - EXPORT_LOST_MILLISECONDS) continue;
    await finishExport(DB, exportId, { state: "failed", error: "It was lost with the runtime." }, new Date(now));
    await removeExportFiles(EXPORTS, exportId);
    removed.push(exportId);
  }
  return removed;
}
