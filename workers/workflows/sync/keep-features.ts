import type { ColumnKind, TableDescription } from "../../../domain/sync/replica.ts";
import { isItemColumnFeature, isItemFeature } from "../../../domain/sync/map-item.ts";
import { resolveSource } from "../../../domain/sync/renames.ts";
import { NO_COUNTS } from "../../../domain/sync/run.ts";
import { readFeatureKinds } from "../../../platform/d1/feature-kinds.ts";
import {
  countFeatures,
  isFeatureCountOwed,
  listFeatureNames,
  rememberFeatures,
} from "../../../platform/d1/feature-store.ts";
import { recordNotice } from "../../../platform/d1/notice-store.ts";
import { readCountsAfter } from "../../../platform/d1/sync-run-store.ts";
import { readFeaturesRun, readSeenTables, writeFeaturesRun } from "../../../platform/d1/sync-state-store.ts";
import type { SyncServices } from "./services.ts";

/** A feature as the source describes it now. */
interface DescribedFeature {
  readonly name: string;
  readonly kind: string;
  readonly state: "active" | "proposed";
  readonly was: string | null;
}

const KINDS: Readonly<Partial<Record<ColumnKind, string>>> = { uuid: "text", json: "text" };

function userFeatures({ config }: SyncServices, tables: readonly TableDescription[]): DescribedFeature[] | null {
  const { source, features } = resolveSource(config.source, tables);
  const { users } = source;
  const table = tables.find((candidate) => candidate.table === users.table);
  if (table === undefined) return null;
  const cursor = users.change.kind === "cursor" ? users.change.column : undefined;
  const known = new Set([users.key, users.country, users.deleted, cursor]);
  return table.columns.flatMap((column): DescribedFeature[] => {
    const kind = KINDS[column.kind] ?? column.kind;
    const name = features.users[column.name] ?? column.name;
    const was = config.source.users.columns[name]?.was ?? null;
    if (users.features.includes(column.name) && column.kind !== "binary") return [{ name, kind, state: "active", was }];
    // A person's data is taken only when somebody says so: of other columns just the name is kept.
    return known.has(column.name) ? [] : [{ name, kind, state: "proposed", was: null }];
  });
}

async function itemFeatures(
  { db, config }: SyncServices,
  tables: readonly TableDescription[],
  changed: boolean,
): Promise<DescribedFeature[] | null> {
  const { source, features } = resolveSource(config.source, tables);
  const { items } = source;
  const table = tables.find((candidate) => candidate.table === items.table);
  if (table === undefined) return null;
  const described = table.columns
    .filter((column) => column.kind !== "binary" && isItemColumnFeature(items, column.name))
    .map((column): DescribedFeature => {
      const name = features.items[column.name] ?? column.name;
      const was = config.source.items.columns[name]?.was ?? null;
      return { name, kind: KINDS[column.kind] ?? column.kind, state: "active", was };
    })
    .filter(({ name }) => isItemFeature(items, name));
  if (items.attributes.length === 0) return described;
  // Members of JSON columns are known from the rows alone: looked for when rows have changed, else taken as they were.
  const names = new Set(described.map((feature) => feature.name));
  const members = changed ? await readFeatureKinds(db, "items") : await listFeatureNames(db, "items", "active");
  const kinds = new Map<string, string>();
  for (const { name, kind } of members) {
    if (names.has(name)) continue;
    const before = kinds.get(name);
    // Null tells no type; two types in one member are text.
    if (before === undefined || before === "null") kinds.set(name, kind);
    else if (kind !== "null" && kind !== before) kinds.set(name, "text");
  }
  const found = [...kinds].map(([name, kind]): DescribedFeature => ({ name, kind, state: "active", was: null }));
  return [...described, ...found];
}

/** Brings the feature catalogue up to date with what a run saw, and proposes new columns of a person's, once. */
export async function keepFeatures(services: SyncServices, run: number, drifted: boolean): Promise<void> {
  const { db, now } = services;
  const seen = await readSeenTables(db);
  if (seen === null) return;
  const tables = seen.tables.filter((table) => !seen.missing.includes(table.table));
  const through = await readFeaturesRun(db);
  // Not this run's alone: what a run has written that died before it came here is new to the catalogue, too.
  const counts = through === null ? null : await readCountsAfter(db, through);
  for (const entity of ["users", "items"] as const) {
    const { written, deleted } = { ...NO_COUNTS, ...counts?.[entity] };
    const changed = counts === null || written + deleted > 0;
    const described =
      entity === "users" ? userFeatures(services, tables) : await itemFeatures(services, tables, changed);
    if (described === null) continue;
    const isFirst = (await listFeatureNames(db, entity, "active")).length === 0;
    const proposed = await rememberFeatures(db, entity, described, now());
    if (changed || drifted || (await isFeatureCountOwed(db, entity))) await countFeatures(db, entity, now());
    if (isFirst) continue;
    for (const name of proposed) {
      const message = `The users' table has a new column ${name}. It may be personal: it becomes a feature when source.users.features names it.`;
      await recordNotice(db, { kind: "feature_proposed", subject: name, message, announcementId: null }, now());
    }
  }
  await writeFeaturesRun(db, run);
}
