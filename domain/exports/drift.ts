import type {
  ColumnChange,
  ExportColumn,
  ExportDrift,
  ExportedFeature,
  ExportManifest,
  ExportTable,
} from "./manifest.ts";
import { EXPORT_TABLES } from "./manifest.ts";

/** A share of missing values that moved by more than this is told. */
const NULL_SHARE_TOLD = 0.1;

const brief = ({ name, type }: ExportColumn): Pick<ExportColumn, "name" | "type"> => ({ name, type });

/**
 * What became of a table's columns. A feature whose type changed has another column now, and so has one that was
 * renamed: both are told as what they are, not as one that went and one that came.
 * @param was earlier names of features, by their present ones
 */
export function columnChanges(
  table: ExportTable,
  before: readonly ExportColumn[],
  after: readonly ExportColumn[],
  was: ReadonlyMap<string, string>,
): ColumnChange[] {
  const present = new Set(after.map(({ name }) => name));
  const gone = new Map(before.filter(({ name }) => !present.has(name)).map((column) => [column.name, column]));
  const known = new Set(before.map(({ name }) => name));
  const changes: ColumnChange[] = [];
  for (const column of after) {
    if (known.has(column.name)) continue;
    const { feature } = column;
    const earlier = feature === undefined ? undefined : was.get(feature);
    const same = [...gone.values()].find((old) => feature !== undefined && old.feature === feature);
    const renamed = [...gone.values()].find((old) => earlier !== undefined && old.feature === earlier);
    const old = same ?? renamed;
    if (old !== undefined) gone.delete(old.name);
    const change = same !== undefined ? "retyped" : renamed !== undefined ? "renamed" : "added";
    changes.push({ table, change, before: old === undefined ? null : brief(old), after: brief(column) });
  }
  for (const column of gone.values()) changes.push({ table, change: "removed", before: brief(column), after: null });
  return changes;
}

function nullShareChanges(
  before: readonly ExportedFeature[],
  after: readonly ExportedFeature[],
): ExportDrift["null_shares"] {
  const shares = new Map(before.map(({ entity, name, null_share: share }) => [`${entity} ${name}`, share]));
  return after.flatMap(({ entity, name, null_share: share }) => {
    const old = shares.get(`${entity} ${name}`);
    if (old === undefined || old === null || share === null || Math.abs(share - old) <= NULL_SHARE_TOLD) return [];
    return [{ entity, name, before: old, after: share }];
  });
}

/** How an export differs from the one before it. @param sourceChanges what the sync noticed in between */
export function driftSince(
  before: ExportManifest,
  after: Pick<ExportManifest, "tables" | "features">,
  sourceChanges: ExportDrift["source_changes"],
): ExportDrift {
  const was = new Map(after.features.flatMap((feature) => (feature.was === null ? [] : [[feature.name, feature.was]])));
  const rows = (table: ExportTable): { before: number; after: number } => ({
    before: before.tables[table].rows,
    after: after.tables[table].rows,
  });
  return {
    since: before.id,
    columns: EXPORT_TABLES.flatMap((table) =>
      columnChanges(table, before.tables[table].columns, after.tables[table].columns, was),
    ),
    rows: { training: rows("training"), ratings: rows("ratings"), users: rows("users"), items: rows("items") },
    null_shares: nullShareChanges(before.features, after.features),
    source_changes: sourceChanges,
  };
}
