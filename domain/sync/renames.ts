import type { EndcapConfig } from "../config/schema.ts";
import type { TableDescription } from "./replica.ts";

type SourceConfig = EndcapConfig["source"];

/** Values under these names are no columns of the entity's own table. */
const NOT_COLUMNS: ReadonlySet<string> = new Set(["table", "via", "kind", "cancelled", "lines", "columns"]);

/** A table that links items to categories has names of its own, which may be those of the items' columns. */
function isOtherTable(value: object): boolean {
  return "kind" in value && value.kind === "links";
}

function replaceColumn(value: unknown, from: string, to: string): unknown {
  if (typeof value === "string") {
    return value === from ? to : value.replaceAll(`{${from}}`, `{${to}}`).replaceAll(`{${from}|slug}`, `{${to}|slug}`);
  }
  if (Array.isArray(value)) return value.map((element) => replaceColumn(element, from, to));
  if (typeof value !== "object" || value === null || isOtherTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      NOT_COLUMNS.has(name) ? inner : replaceColumn(inner, from, to),
    ]),
  );
}

/** An entity's configuration as the source is today, and the names that its features have in Endcap. */
export interface ResolvedNames<Config> {
  readonly config: Config;
  /** Column of the source → feature, for columns that still have their earlier name. */
  readonly features: Readonly<Record<string, string>>;
}

/**
 * `columns: { colour: { was: "color" } }` may be configured before the source is changed: as long as the table has only
 * `color`, it is read from there, and is called `colour` already. When the column is renamed nothing else happens.
 */
export function resolveNames<Config extends { readonly columns: SourceConfig["users"]["columns"] }>(
  config: Config,
  table: TableDescription | undefined,
): ResolvedNames<Config> {
  const has = (name: string): boolean => table?.columns.some((column) => column.name === name) === true;
  let resolved: unknown = config;
  const features: Record<string, string> = {};
  for (const [name, { was }] of Object.entries(config.columns)) {
    if (has(name) || !has(was)) continue;
    resolved = replaceColumn(resolved, name, was);
    features[was] = name;
  }
  // Strings were exchanged for strings: the shape is what it was.
  return { config: resolved as Config, features };
}

/** A configuration in which every entity's columns are those that its table has today. */
export function resolveSource(
  source: SourceConfig,
  tables: readonly TableDescription[],
): { source: SourceConfig; features: Readonly<Record<"users" | "items", ResolvedNames<unknown>["features"]>> } {
  const tableOf = (name: string): TableDescription | undefined => tables.find((table) => table.table === name);
  const users = resolveNames(source.users, tableOf(source.users.table));
  const items = resolveNames(source.items, tableOf(source.items.table));
  const orders = source.orders && resolveNames(source.orders, tableOf(source.orders.table)).config;
  const ratings = source.ratings && resolveNames(source.ratings, tableOf(source.ratings.table)).config;
  return {
    source: { ...source, users: users.config, items: items.config, orders, ratings },
    features: { users: users.features, items: items.features },
  };
}
