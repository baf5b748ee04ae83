import {
  featureColumn,
  featureType,
  ITEM_COLUMNS,
  RESERVED_COLUMNS,
  USER_COLUMNS,
  type WantedFeature,
} from "../../../domain/exports/columns.ts";
import { EXPORT_ITEM_TEXT_BYTES_MAX } from "../../../domain/exports/limits.ts";
import type { ExportColumn } from "../../../domain/exports/manifest.ts";
import type { FeatureEntity } from "../../../domain/sync/feature-catalogue.ts";
import { columnNames } from "../../../platform/d1/export-column-store.ts";
import { readTextLengths } from "../../../platform/d1/feature-kinds.ts";
import { readFeaturesAsOf } from "../../../platform/d1/features-as-of.ts";
import type { ExportFeatures } from "./context.ts";

async function columnsOf(db: D1Database, entity: FeatureEntity, asOf: number): Promise<ExportColumn[]> {
  const of = entity === "users" ? "user" : "item";
  const features = await readFeaturesAsOf(db, entity, asOf);
  const wanted: WantedFeature[] = features.map(({ name, kind }) => ({ feature: name, type: featureType(kind) }));
  const names = await columnNames(db, entity, wanted, [...RESERVED_COLUMNS]);
  return wanted
    .map((one) => featureColumn(one, names.get(one.feature) ?? `${of}_${one.feature}`, of))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The columns that may stand in every row: the longest texts are left out until the others fit into memory. */
function repeatable(columns: readonly ExportColumn[], lengths: ReadonlyMap<string, number>): ExportColumn[] {
  const lengthOf = ({ feature, type }: ExportColumn): number =>
    type === "string" ? (lengths.get(feature ?? "") ?? 0) : 0;
  let total = columns.reduce((sum, column) => sum + lengthOf(column), 0);
  const kept = new Set(columns);
  for (const column of columns.toSorted((one, other) => lengthOf(other) - lengthOf(one))) {
    if (total <= EXPORT_ITEM_TEXT_BYTES_MAX) break;
    kept.delete(column);
    total -= lengthOf(column);
  }
  return columns.filter((column) => kept.has(column));
}

/** Fixes an export's feature columns. A feature that appears while the export runs is the next one's. */
export async function fixFeatures(db: D1Database, asOf: number): Promise<ExportFeatures> {
  const users = await columnsOf(db, "users", asOf);
  const items = await columnsOf(db, "items", asOf);
  return {
    users: [...USER_COLUMNS, ...users],
    items: [...ITEM_COLUMNS, ...items],
    repeated: [...ITEM_COLUMNS, ...repeatable(items, await readTextLengths(db, asOf))],
  };
}
