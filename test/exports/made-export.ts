import { createHash } from "node:crypto";

import { drizzle } from "drizzle-orm/d1";
import { parquetWriteBuffer } from "hyparquet-writer";

import {
  EXPORT_LATEST_KEY,
  EXPORT_MANIFEST_FILE,
  EXPORT_TABLES,
  type ExportColumn,
  exportId,
  type ExportManifest,
  exportManifestSchema,
  type ExportPart,
  type ExportTable,
  filesOf,
  partFile,
  type UserIdForm,
} from "../../domain/exports/manifest.ts";
import { exports } from "../../platform/d1/schema.ts";
import type { RuntimeEnv } from "../../platform/env.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An export as it lies in the bucket: the manifest, and each file that it names. */
export interface MadeExport {
  readonly manifest: ExportManifest;
  readonly files: ReadonlyMap<string, Bytes>;
}

const MADE_AT = Date.UTC(2026, 10, 16, 3);
const ROWS = 3;

const COLUMNS: Readonly<Record<ExportTable, readonly ExportColumn[]>> = {
  training: [column("user_id", "string"), column("item_id", "string"), column("rating", "double")],
  ratings: [column("user_id", "string"), column("item_id", "string"), column("rating", "double")],
  users: [column("user_id", "string"), column("user_credit", "double")],
  items: [column("item_id", "string"), column("item_scale", "string")],
};

function column(name: string, type: ExportColumn["type"]): ExportColumn {
  return { name, type, nullable: true, unit: null, meaning: `${name} of a test` };
}

/** A small Parquet file with {@link ROWS} rows of a table's columns; every file of a table has the same. */
function tableBytes(table: ExportTable): Bytes {
  const columnData = COLUMNS[table].map(({ name, type }) => ({
    name,
    type: type === "double" ? ("DOUBLE" as const) : ("STRING" as const),
    data: Array.from({ length: ROWS }, (_, row) => (type === "double" ? row + 1 : `${name}-${row}`)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function partOf(file: string, bytes: Bytes): ExportPart {
  return { file, rows: ROWS, bytes: bytes.byteLength, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * An export with one small Parquet file a table, or with other files.
 * @param options.training bytes of the parts of `training`: any, where a test is about fetching them
 * @param options.minute later exports have greater ones
 */
export function makeExport(
  options: { training?: readonly Bytes[]; csv?: boolean; userIds?: UserIdForm; minute?: number } = {},
): MadeExport {
  const createdAt = new Date(MADE_AT + (options.minute ?? 0) * 60_000);
  const files = new Map<string, Bytes>();
  const partsOf = (table: ExportTable): ExportPart[] => {
    const contents = table === "training" && options.training !== undefined ? options.training : [tableBytes(table)];
    return contents.map((bytes, number) => {
      const file = partFile(table, number);
      files.set(file, bytes);
      return partOf(file, bytes);
    });
  };
  const csvOf = (table: ExportTable): { csv?: ExportPart[] } => {
    if (options.csv !== true) return {};
    const bytes = new Uint8Array(Buffer.from(`${COLUMNS[table].map(({ name }) => name).join(",")}\n`.repeat(ROWS)));
    const file = partFile(table, 0, "csv");
    files.set(file, bytes);
    return { csv: [partOf(file, bytes)] };
  };
  const tableOf = (table: ExportTable): object => {
    const parts = partsOf(table);
    return { version: 1, rows: parts.length * ROWS, columns: COLUMNS[table], parts, ...csvOf(table) };
  };
  const manifest = exportManifestSchema.parse({
    format: 2,
    id: exportId(createdAt, "0123abcd"),
    created_at: createdAt.toISOString(),
    as_of: createdAt.toISOString(),
    historic: false,
    user_ids: options.userIds ?? "pseudonym",
    tables: Object.fromEntries(EXPORT_TABLES.map((table) => [table, tableOf(table)])),
    time_range: null,
    rating_rule: { explicit: "as given", implicit: "implied", config: {} },
    features: [],
    left_out: { without_rating: 0, gone_users: 0 },
    source: { ledger_shards: 16, sync: null },
    drift: null,
  });
  return { manifest, files };
}

/** Puts an export where the workflow puts one, and makes it the newest. */
export async function putExport(bucket: R2Bucket, { manifest, files }: MadeExport): Promise<void> {
  for (const [file, bytes] of files) await bucket.put(`${manifest.id}/${file}`, bytes);
  await bucket.put(`${manifest.id}/${EXPORT_MANIFEST_FILE}`, JSON.stringify(manifest, null, 2));
  await bucket.put(EXPORT_LATEST_KEY, JSON.stringify({ id: manifest.id, created_at: manifest.created_at }));
}

/** Notes an export in D1, complete unless told otherwise. */
export async function recordExport(
  env: RuntimeEnv,
  { manifest }: Pick<MadeExport, "manifest">,
  state: "running" | "complete" | "failed" | "removed" = "complete",
): Promise<void> {
  const at = Date.parse(manifest.created_at);
  const isOver = state !== "running";
  await drizzle(env.DB)
    .insert(exports)
    .values({
      exportId: manifest.id,
      state,
      startedAt: at,
      finishedAt: isOver ? at + 1_000 : null,
      error: state === "failed" ? "The source was away." : null,
      params: { asOf: null, csv: false, userIds: manifest.user_ids },
      trigger: "cron",
      asOf: state === "complete" ? at : null,
      rows: state === "complete" ? ROWS * filesOf(manifest).length : null,
      bytes: state === "complete" ? filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0) : null,
    });
}

/** Random bytes, the same for the same seed: they do not compress, so that bytes on the wire can be counted. */
export function noise(bytes: number, seed: number): Bytes {
  const made = new Uint8Array(bytes);
  let state = seed + 1;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[at] = state >>> 24;
  }
  return made;
}
