import { z } from "zod";

/** The tables of an export, in the order in which they are written. */
export const EXPORT_TABLES = ["users", "items", "ratings", "interactions"] as const;
export type ExportTable = (typeof EXPORT_TABLES)[number];

/** Rows of one part file: what a step reads, encodes and puts while staying far below an isolate's memory. */
export const EXPORT_PART_ROWS_MAX = 20_000;
export const EXPORT_MANIFEST_FILE = "manifest.json";
/** Names the newest complete export. Written last, so that whoever follows it never sees half an export. */
export const EXPORT_LATEST_KEY = "latest.json";

/** `<date>t<time>-<random>`: exports sort by age. */
export const EXPORT_ID_PATTERN = /^\d{8}t\d{9}-[0-9a-f]{8}$/;

/** What a column's cells are; every column may hold nulls unless it is a key. `timestamp` is in UTC, to the millisecond. */
export const COLUMN_TYPES = ["string", "double", "boolean", "timestamp"] as const;

const columnSchema = z.strictObject({
  name: z.string(),
  type: z.enum(COLUMN_TYPES),
  /** For a feature: its name in the source, which is the name that a model's towers know it by. */
  feature: z.string().optional(),
});
export type ExportColumn = z.infer<typeof columnSchema>;

const partSchema = z.strictObject({
  /** Relative to the export's folder; nothing else is accepted, since readers make paths of it. */
  file: z.string().regex(/^[a-z]+\/part-\d{5,}\.parquet$/),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ExportPart = z.infer<typeof partSchema>;

const tableSchema = z.strictObject({ columns: z.array(columnSchema).min(1), parts: z.array(partSchema).min(1) });

/** `manifest.json` of an export: what is in it, and what each file must be. */
export const exportManifestSchema = z.strictObject({
  format: z.literal(1),
  id: z.string().regex(EXPORT_ID_PATTERN),
  created_at: z.iso.datetime(),
  tables: z.strictObject({
    users: tableSchema,
    items: tableSchema,
    ratings: tableSchema,
    interactions: tableSchema,
  }),
});
export type ExportManifest = z.infer<typeof exportManifestSchema>;

/** `latest.json`. */
export const latestExportSchema = z.strictObject({
  id: z.string().regex(EXPORT_ID_PATTERN),
  created_at: z.iso.datetime(),
});

const PART_DIGITS = 5;

/** A part's file, relative to the export's folder: `users/part-00000.parquet`. */
export function partFile(table: ExportTable, part: number): string {
  return `${table}/part-${String(part).padStart(PART_DIGITS, "0")}.parquet`;
}

/** An export's name, with its milliseconds: exports sort by age. `random` is a UUID or at least 8 hexadecimal digits. */
export function exportId(now: Date, random: string): string {
  const time = now.toISOString().replaceAll(/[-:.]/g, "").slice(0, "20261121T070900123".length).toLowerCase();
  return `${time}-${random.slice(0, 8)}`;
}
