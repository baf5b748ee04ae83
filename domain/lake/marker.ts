import { z } from "zod";

import { LAKE_TABLES } from "./lake-table.ts";

const count = z.number().int().nonnegative();
const fileName = z.string().regex(/^[A-Za-z0-9_.-]+\.parquet$/);

/** `_compacted.json` of an hour: from the moment that it is there, these files are the hour. */
export const markerSchema = z.strictObject({
  format: z.literal(1),
  table: z.enum(LAKE_TABLES),
  /** Beginning of the hour of ingest. */
  hour: z.iso.datetime(),
  compacted_at: z.iso.datetime(),
  /** Of the table, as the large files have it. */
  schema_version: z.number().int().positive(),
  rows: count,
  /** Rows of the small files that were there already: only in tables that are delivered at least once. */
  repeated_rows: count,
  /** What readers read, by name within the hour's folder. */
  files: z.array(z.strictObject({ file: fileName, rows: count, bytes: count, sha256: z.string() })),
  /** What went in. A small file that is not among them (or has another etag) came late, and is for the next run. */
  sources: z.array(z.strictObject({ file: fileName, etag: z.string() })),
});
export type LakeMarker = z.infer<typeof markerSchema>;
export type LargeFile = LakeMarker["files"][number];
export type MarkerSource = LakeMarker["sources"][number];
