import config from "#shop-config";
import { EXPORT_TABLE_VERSIONS, RATING_COLUMNS } from "../../../domain/exports/columns.ts";
import { driftSince } from "../../../domain/exports/drift.ts";
import {
  EXPORT_MANIFEST_FORMAT,
  type ExportColumn,
  type ExportedTable,
  type ExportManifest,
  type ExportPart,
  type ExportTable,
} from "../../../domain/exports/manifest.ts";
import { explicitRule, implicitRuleOf } from "../../../domain/ratings/implied-rating.ts";
import { readExportManifest, readLatestId } from "../../../platform/r2/export-store.ts";
import type { ExportContext } from "./context.ts";
import { describeFeatures, describeSource, describeSourceChanges } from "./describe-source.ts";
import { recordColumns } from "./write-records.ts";
import type { TableParts, WrittenTables } from "./write-tables.ts";

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Rows of some parts. */
export const rowsOf = (parts: readonly ExportPart[]): number => parts.reduce((sum, { rows }) => sum + rows, 0);

function tableOf(table: ExportTable, columns: readonly ExportColumn[], { parts, csv }: TableParts): ExportedTable {
  return {
    version: EXPORT_TABLE_VERSIONS[table],
    rows: rowsOf(parts),
    columns: [...columns],
    parts: [...parts],
    ...(csv.length === 0 ? {} : { csv: [...csv] }),
  };
}

/** The newest export before this one; null when there is none, or it was of a format that is no more. */
async function previousManifest(bucket: R2Bucket, id: string): Promise<ExportManifest | null> {
  const latest = await readLatestId(bucket);
  if (latest === null || latest >= id) return null;
  return readExportManifest(bucket, latest);
}

/** Says what was written. */
export async function buildManifest(
  context: ExportContext,
  about: { readonly createdAt: number; readonly historic: boolean; readonly trainingColumns: readonly ExportColumn[] },
  written: WrittenTables,
): Promise<ExportManifest> {
  const { env, id, asOf } = context;
  const tables = {
    training: tableOf("training", about.trainingColumns, written.training),
    ratings: tableOf("ratings", RATING_COLUMNS, written.ratings),
    users: tableOf("users", recordColumns("users", context), written.users),
    items: tableOf("items", recordColumns("items", context), written.items),
  };
  const features = await describeFeatures(env.DB, asOf);
  const before = about.historic ? null : await previousManifest(env.EXPORTS, id);
  const drift =
    before === null
      ? null
      : driftSince(before, { tables, features }, await describeSourceChanges(env.DB, Date.parse(before.as_of), asOf));
  const { range, sums } = written;
  return {
    format: EXPORT_MANIFEST_FORMAT,
    id,
    created_at: iso(about.createdAt),
    as_of: iso(asOf),
    historic: about.historic,
    user_ids: context.userIds,
    tables,
    time_range: range === null ? null : { first: iso(range.first), last: iso(range.last) },
    rating_rule: { explicit: explicitRule(), implicit: implicitRuleOf(config.ratings), config: { ...config.ratings } },
    features,
    left_out: { without_rating: sums.withoutRating, gone_users: sums.goneUsers },
    source: await describeSource(env, asOf),
    drift,
  };
}
