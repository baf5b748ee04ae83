import { completeExports, markExportRemoved, readExport } from "../../../platform/d1/export-store.ts";
import { exportsWithFiles, readLatestId, removeExportFiles } from "../../../platform/r2/export-store.ts";
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
  // Marked first: nobody is sent to files that are going.
  for (const id of old) await markExportRemoved(DB, id);
  const removed: string[] = [];
  // By what is there: files of one that was marked before the runtime died are known to nobody else.
  for (const id of await exportsWithFiles(EXPORTS)) {
    if ((await readExport(DB, id))?.state !== "removed") continue;
    await removeExportFiles(EXPORTS, id);
    removed.push(id);
  }
  return removed;
}
