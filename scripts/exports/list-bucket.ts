import { ListObjectsV2Command } from "@aws-sdk/client-s3";

import { EXPORT_ID_PATTERN, EXPORT_TABLES, type ExportManifest, filesOf } from "../../domain/exports/manifest.ts";
import { CommandError } from "../command.ts";
import { formatTable } from "../terminal/table.ts";
import type { ExportsBucket } from "./bucket.ts";
import { formatBytes } from "./format-bytes.ts";
import { inParallel } from "./in-parallel.ts";
import { newestExportId, readManifest } from "./read-manifest.ts";
import { explain } from "./trouble.ts";

/** Manifests that are read at once. */
const MANIFESTS_AT_ONCE = 8;

/** An export that lies in the bucket, as its manifest tells. */
export interface StoredExport {
  readonly id: string;
  readonly as_of: string;
  readonly rows: number;
  readonly bytes: number;
  readonly user_ids: ExportManifest["user_ids"];
  /** True when somebody set `as_of` back. */
  readonly historic: boolean;
  readonly csv: boolean;
  /** True of the one that `latest.json` names. */
  readonly latest: boolean;
}

async function foldersOf(bucket: ExportsBucket): Promise<string[]> {
  const ids: string[] = [];
  let token: string | undefined;
  do {
    const page = await bucket.client
      .send(new ListObjectsV2Command({ Bucket: bucket.bucket, Delimiter: "/", ContinuationToken: token }))
      .catch(async (error: unknown) => {
        throw await explain(error, bucket);
      });
    for (const { Prefix = "" } of page.CommonPrefixes ?? []) ids.push(Prefix.replace(/\/$/, ""));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  // Ids sort by age.
  return ids.filter((id) => EXPORT_ID_PATTERN.test(id)).sort((one, other) => (one < other ? 1 : -1));
}

/**
 * The exports that lie in the bucket, newest first: complete ones, of the format that this version reads.
 * @throws CommandError when bucket, credentials or network are not in order
 */
export async function listStoredExports(bucket: ExportsBucket): Promise<StoredExport[]> {
  const ids = await foldersOf(bucket);
  if (ids.length === 0) return [];
  const latest = await newestExportId(bucket).catch(() => null);
  const found = new Map<string, StoredExport>();
  await inParallel(ids, MANIFESTS_AT_ONCE, async (id) => {
    try {
      const { manifest } = await readManifest(bucket, id);
      found.set(id, {
        id,
        as_of: manifest.as_of,
        rows: EXPORT_TABLES.reduce((sum, table) => sum + manifest.tables[table].rows, 0),
        bytes: filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
        user_ids: manifest.user_ids,
        historic: manifest.historic,
        csv: manifest.tables.training.csv !== undefined,
        latest: id === latest,
      });
    } catch (error) {
      // One that is being written has no manifest yet; one of another version cannot be pulled.
      if (!(error instanceof CommandError) || error.cause !== undefined) throw error;
    }
  });
  return ids.flatMap((id) => found.get(id) ?? []);
}

const COLUMNS = [
  { title: "export" },
  { title: "as of" },
  { title: "rows", right: true },
  { title: "size", right: true },
  { title: "user ids" },
  { title: "" },
];

/** Stored exports as a table, its titles first. */
export function storedExportsTable(exports: readonly StoredExport[]): string[] {
  const rows = exports.map((one) => [
    one.id,
    one.as_of,
    String(one.rows),
    formatBytes(one.bytes),
    one.user_ids,
    [one.latest ? "latest" : "", one.historic ? "set back" : "", one.csv ? "with CSV" : ""].filter(Boolean).join(", "),
  ]);
  return formatTable(COLUMNS, rows);
}
