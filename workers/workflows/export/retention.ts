import { completeExports, markExportRemoved } from "../../../platform/d1/export-store.ts";
import { readLatestId, removeExportFiles } from "../../../platform/r2/export-store.ts";
import type { ExportEnv } from "./context.ts";

/**
 * Removes the files of complete exports beyond the newest `keep`, never of the one that `latest.json` names: those that
 * were set back are newer, and are not what readers follow.
 * @returns ids of what was removed
 */
export async function removeOldExports(
  { DB, EXPORTS }: Pick<ExportEnv, "DB" | "EXPORTS">,
  keep: number,
): Promise<string[]> {
  const latest = await readLatestId(EXPORTS);
  const old = (await completeExports(DB)).slice(keep).filter((id) => id !== latest);
  for (const id of old) {
    // Marked first: nobody is sent to files that are going.
    await markExportRemoved(DB, id);
    await removeExportFiles(EXPORTS, id);
  }
  return old;
}
