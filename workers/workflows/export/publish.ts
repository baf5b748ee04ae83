import { EXPORT_LOST_MILLISECONDS, EXPORTS_SUBJECT } from "../../../domain/exports/limits.ts";
import { EXPORT_TABLES, type ExportManifest, filesOf } from "../../../domain/exports/manifest.ts";
import { finishExport, runningExports } from "../../../platform/d1/export-store.ts";
import { closeNotice } from "../../../platform/d1/notice-store.ts";
import {
  pointLatestAt,
  putExportManifest,
  readExportManifest,
  removeExportFiles,
} from "../../../platform/r2/export-store.ts";
import type { ExportEnv } from "./context.ts";

type Stores = Pick<ExportEnv, "DB" | "EXPORTS">;

/** How large an export came to be, over all its tables. */
export interface PublishedSize {
  readonly rows: number;
  readonly bytes: number;
}

/** What a manifest's files come to. */
export function publishedSize(manifest: ExportManifest): PublishedSize {
  return {
    rows: EXPORT_TABLES.reduce((sum, table) => sum + manifest.tables[table].rows, 0),
    bytes: filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Makes an export public: manifest, `latest.json`, state. Whoever waits for the state finds the other two; done again,
 * nothing changes.
 */
export async function publishExport({ DB, EXPORTS }: Stores, manifest: ExportManifest, now: Date): Promise<void> {
  await putExportManifest(EXPORTS, manifest);
  if (!manifest.historic) {
    await pointLatestAt(EXPORTS, manifest);
    await closeNotice(DB, "export_failed", EXPORTS_SUBJECT, now);
  }
  const asOf = Date.parse(manifest.as_of);
  await finishExport(DB, manifest.id, { state: "complete", asOf, ...publishedSize(manifest) }, now);
}

/**
 * Ends an export that cannot go on: what is left of it is removed. One that has its manifest may have readers already:
 * it stays, and is made complete by {@link sweepLostExports}.
 */
export async function abandonExport({ DB, EXPORTS }: Stores, id: string, error: string, now: Date): Promise<void> {
  if ((await readExportManifest(EXPORTS, id)) !== null) return;
  await removeExportFiles(EXPORTS, id);
  await finishExport(DB, id, { state: "failed", error }, now);
}

/** Ends exports of which nothing was heard for long: they were lost with their runtime. @returns their ids */
export async function sweepLostExports(stores: Stores, now: Date): Promise<string[]> {
  const lost = (await runningExports(stores.DB)).filter(
    ({ startedAt }) => startedAt <= now.getTime() - EXPORT_LOST_MILLISECONDS,
  );
  for (const { exportId } of lost) {
    const manifest = await readExportManifest(stores.EXPORTS, exportId);
    if (manifest === null) await abandonExport(stores, exportId, "It was lost with the runtime.", now);
    else await publishExport(stores, manifest, now);
  }
  return lost.map(({ exportId }) => exportId);
}
