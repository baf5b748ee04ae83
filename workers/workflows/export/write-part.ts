import {
  EXPORT_PART_ROWS_MAX,
  type ExportColumn,
  type ExportPart,
  type ExportTable,
  partFile,
} from "../../../domain/exports/manifest.ts";
import type { PageCursor } from "../../../platform/d1/export-reader.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { encodeParquet, type ParquetCell } from "../../../platform/parquet/encode-parquet.ts";
import { putExportPart } from "../../../platform/r2/export-store.ts";
import { TABLE_SOURCES } from "./tables.ts";

/** A part that was written, and where the next one begins (null = that was the last). */
export interface WrittenPart {
  readonly part: ExportPart;
  readonly next: PageCursor | null;
}

/**
 * Writes one part file of a table: pages from `after` on until it holds {@link EXPORT_PART_ROWS_MAX} rows (a page more
 * at most, since an order is not torn apart). A table without rows has one part without rows, so that its columns can
 * be read.
 */
export async function writePart(
  env: Pick<RuntimeEnv, "DB" | "EXPORTS">,
  id: string,
  table: ExportTable,
  columns: readonly ExportColumn[],
  number: number,
  after: PageCursor,
): Promise<WrittenPart> {
  const rows: (readonly ParquetCell[])[] = [];
  let next: PageCursor | null = after;
  do {
    const page = await TABLE_SOURCES[table].page(env.DB, columns, next);
    for (const row of page.rows) rows.push(row);
    next = page.next;
  } while (next !== null && rows.length < EXPORT_PART_ROWS_MAX);
  const bytes = encodeParquet(columns, rows);
  return { part: await putExportPart(env.EXPORTS, id, partFile(table, number), bytes, rows.length), next };
}
