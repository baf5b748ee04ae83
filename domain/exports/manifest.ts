import { z } from "zod";

/** The tables of an export. */
export const EXPORT_TABLES = ["training", "ratings", "users", "items"] as const;
export type ExportTable = (typeof EXPORT_TABLES)[number];

/** Rows of one part file at most: what one step reads, encodes and puts. */
export const EXPORT_PART_ROWS_MAX = 262_144;
export const EXPORT_MANIFEST_FILE = "manifest.json";
/** Names the newest complete export. Written last, so that whoever follows it never sees half an export. */
export const EXPORT_LATEST_KEY = "latest.json";
/** Grows when a reader of the manifest must know something new. */
export const EXPORT_MANIFEST_FORMAT = 2;

/** `<date>t<time>-<random>`: exports sort by age. */
export const EXPORT_ID_PATTERN = /^\d{8}t\d{9}-[0-9a-f]{8}$/;
const FILE_PATTERN = /^(?:training|ratings|users|items)\/part-\d{5}\.(?:parquet|csv)$/;

/** What a column's cells are. `timestamp` is in UTC, to the millisecond; `integer` has 64 bits. */
export const COLUMN_TYPES = ["string", "double", "integer", "boolean", "timestamp"] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

const columnSchema = z.strictObject({
  name: z.string(),
  type: z.enum(COLUMN_TYPES),
  nullable: z.boolean(),
  /** What a number counts, or the zone and grain of a time. */
  unit: z.string().nullable(),
  meaning: z.string(),
  /** For a feature: its name in the source, which is the name that a model's towers know it by. */
  feature: z.string().optional(),
});
export type ExportColumn = z.infer<typeof columnSchema>;

const partSchema = z.strictObject({
  /** Relative to the export's folder; nothing else is accepted, since readers make paths of it. */
  file: z.string().regex(FILE_PATTERN),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ExportPart = z.infer<typeof partSchema>;

const tableSchema = z.strictObject({
  /** Grows when a column that is no feature is added, or means something else. */
  version: z.number().int().positive(),
  rows: z.number().int().nonnegative(),
  columns: z.array(columnSchema).min(1),
  parts: z.array(partSchema).min(1),
  /** The same rows as CSV, part for part; only where it was asked for. */
  csv: z.array(partSchema).optional(),
});
export type ExportedTable = z.infer<typeof tableSchema>;

const columnChangeSchema = z.strictObject({
  table: z.enum(EXPORT_TABLES),
  change: z.enum(["added", "removed", "renamed", "retyped"]),
  /** The column before; null for one that was added. */
  before: z.strictObject({ name: z.string(), type: z.enum(COLUMN_TYPES) }).nullable(),
  /** The column now; null for one that was removed. */
  after: z.strictObject({ name: z.string(), type: z.enum(COLUMN_TYPES) }).nullable(),
});
export type ColumnChange = z.infer<typeof columnChangeSchema>;

const featureSchema = z.strictObject({
  entity: z.enum(["users", "items"]),
  name: z.string(),
  kind: z.string(),
  state: z.enum(["active", "proposed", "gone"]),
  /** The name that the configuration says it had before. */
  was: z.string().nullable(),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  /** Share of rows without a value, and how many values differ; null before they were counted. */
  null_share: z.number().min(0).max(1).nullable(),
  distinct_values: z.number().nullable(),
});
export type ExportedFeature = z.infer<typeof featureSchema>;

const driftSchema = z.strictObject({
  /** The export that this one is compared with: the newest before it. */
  since: z.string().regex(EXPORT_ID_PATTERN),
  columns: z.array(columnChangeSchema),
  rows: z.record(z.enum(EXPORT_TABLES), z.strictObject({ before: z.number(), after: z.number() })),
  /** Features whose share of missing values moved by more than a tenth of all rows. */
  null_shares: z.array(
    z.strictObject({ entity: z.enum(["users", "items"]), name: z.string(), before: z.number(), after: z.number() }),
  ),
  /** What the sync noticed of the source's format in between. */
  source_changes: z.array(
    z.strictObject({
      noticed_at: z.iso.datetime(),
      entity: z.string(),
      table: z.string(),
      column: z.string().nullable(),
      kind: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
      effect: z.string(),
    }),
  ),
});
export type ExportDrift = z.infer<typeof driftSchema>;

/** Whether `user_id` is a keyed hash or the shop's own id. */
export const USER_ID_FORMS = ["pseudonym", "raw"] as const;
export type UserIdForm = (typeof USER_ID_FORMS)[number];

/** `manifest.json` of an export: what is in it, and what each file must be. */
export const exportManifestSchema = z.strictObject({
  format: z.literal(EXPORT_MANIFEST_FORMAT),
  id: z.string().regex(EXPORT_ID_PATTERN),
  created_at: z.iso.datetime(),
  /** Everything is as it was then. */
  as_of: z.iso.datetime(),
  /** True when somebody set `as_of` back. */
  historic: z.boolean(),
  user_ids: z.enum(USER_ID_FORMS),
  tables: z.strictObject({ training: tableSchema, ratings: tableSchema, users: tableSchema, items: tableSchema }),
  /** First and last `last_interaction_at` of `training`; null when no row has one. */
  time_range: z.strictObject({ first: z.iso.datetime(), last: z.iso.datetime() }).nullable(),
  rating_rule: z.strictObject({
    explicit: z.string(),
    implicit: z.string(),
    /** `ratings` of endcap.config.ts. */
    config: z.record(z.string(), z.unknown()),
  }),
  features: z.array(featureSchema),
  /** Rows of ledger and catalogue that `training` leaves out, by reason. */
  left_out: z.strictObject({
    /** A user and an item between which nothing is left that tells of a taste. */
    without_rating: z.number().int().nonnegative(),
    /** Users who were erased or whom the source deleted. */
    gone_users: z.number().int().nonnegative(),
  }),
  source: z.strictObject({
    ledger_shards: z.number().int().positive(),
    /** The newest sync that was complete by `as_of`; null when there was none. */
    sync: z
      .strictObject({
        run: z.number(),
        run_id: z.string(),
        finished_at: z.iso.datetime(),
        lag_seconds: z.number().nullable(),
      })
      .nullable(),
  }),
  /** Null for the first export. */
  drift: driftSchema.nullable(),
});
export type ExportManifest = z.infer<typeof exportManifestSchema>;

/** `latest.json`. */
export const latestExportSchema = z.strictObject({
  id: z.string().regex(EXPORT_ID_PATTERN),
  created_at: z.iso.datetime(),
});

const PART_DIGITS = 5;

/** A part's file, relative to the export's folder: `users/part-00000.parquet`. */
export function partFile(table: ExportTable, part: number, format: "parquet" | "csv" = "parquet"): string {
  return `${table}/part-${String(part).padStart(PART_DIGITS, "0")}.${format}`;
}

/** Every file of some tables of an export, CSV included. */
export function filesOf(
  manifest: Pick<ExportManifest, "tables">,
  tables: readonly ExportTable[] = EXPORT_TABLES,
): ExportPart[] {
  return tables.flatMap((table) => [...manifest.tables[table].parts, ...(manifest.tables[table].csv ?? [])]);
}

/** An export's name, with its milliseconds: exports sort by age. `random` is a UUID or at least 8 hexadecimal digits. */
export function exportId(now: Date, random: string): string {
  const time = now.toISOString().replaceAll(/[-:.]/g, "").slice(0, "20261121T070900123".length).toLowerCase();
  return `${time}-${random.slice(0, 8)}`;
}
