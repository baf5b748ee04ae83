import type {
  FeatureValues,
  ItemRecord,
  OrderRecord,
  RatingRecord,
  UserRecord,
} from "../../../domain/catalogue/records.ts";
import type { ChangeDetection, EndcapConfig } from "../../../domain/config/schema.ts";
import { hash64 } from "../../../domain/hash.ts";
import { ok, type Result } from "../../../domain/result.ts";
import { MAPPING_VERSION } from "../../../domain/sync/limits.ts";
import { mapItem } from "../../../domain/sync/map-item.ts";
import { columnOf } from "../../../domain/sync/map-key.ts";
import { mapOrder } from "../../../domain/sync/map-order.ts";
import { mapRating } from "../../../domain/sync/map-rating.ts";
import { mapUser } from "../../../domain/sync/map-user.ts";
import { type ResolvedNames, resolveSource } from "../../../domain/sync/renames.ts";
import type { ChecksumRequest, SatelliteTable, SourceRow, TableDescription } from "../../../domain/sync/replica.ts";
import type { RowFault } from "../../../domain/sync/row-fault.ts";
import type { Entity } from "../../../domain/sync/run.ts";
import { readableColumns, type TableNeed, tableNeeds } from "../../../domain/sync/source-schema.ts";
import { toGone } from "../../../domain/sync/values.ts";
import { describeLines, memberLines } from "./order-lines.ts";

type SourceConfig = EndcapConfig["source"];

/** A row with the rows of its satellite: an order's lines, an item's links to categories. */
export interface LoadedRow {
  readonly row: SourceRow;
  readonly satellites: readonly SourceRow[];
}

/** A record of any entity. */
export type EntityRecord = UserRecord | ItemRecord | OrderRecord | RatingRecord;

/** A row that keeps its contract. */
export interface MappedRow {
  readonly record: EntityRecord;
  /** True for a row that says of itself that it is deleted. */
  readonly gone: boolean;
  /** Ids that it refers to. */
  readonly users: readonly string[];
  readonly items: readonly string[];
}

/** A table that gives names to keys: the categories of a shop. */
export interface Dictionary {
  readonly table: TableDescription;
  readonly key: string;
  readonly name: string;
}

/** Everything that differs between entities: where its rows come from and what they become. */
export interface EntitySource {
  readonly entity: Entity;
  readonly via: "replica" | "http";
  readonly table: TableDescription;
  readonly keys: readonly string[];
  /** Columns that are read: of users only what the configuration names. */
  readonly columns: readonly string[];
  /** Columns of its table that hold ids of people. */
  readonly people: readonly string[];
  readonly change: ChangeDetection;
  readonly satellite: SatelliteTable | null;
  readonly dictionary: Dictionary | null;
  /** True where the source can compare ranges: its satellite's keys sort like its own. */
  readonly comparable: boolean;
  /** Which rows are read; see `EntityState`. */
  readonly identity: string;
  /** What of a row is read and what becomes of it, the dictionary's names aside. */
  readonly shape: string;
  /** Whether a row says of itself that it is deleted. */
  isGone(row: SourceRow): boolean;
  /** @param names what the dictionary says: key → name */
  map(loaded: LoadedRow, names: ReadonlyMap<string, string>): Result<MappedRow, RowFault>;
}

/** What a checksum of an entity's ranges is taken over. */
export function checksumRequest(source: EntitySource): ChecksumRequest {
  const { table, columns, keys, satellite } = source;
  return { table, columns, keyColumns: keys, satellites: satellite === null ? [] : [satellite] };
}

/** The entities that a configuration has, in the order in which they must be read: what is referred to comes first. */
export function configuredEntities(source: SourceConfig): Entity[] {
  const optional: Entity[] = [];
  if (source.orders !== undefined) optional.push("orders");
  if (source.ratings !== undefined) optional.push("ratings");
  return ["users", "items", ...optional];
}

/** Where an entity is read. */
export function viaOf(source: SourceConfig, entity: Entity): "replica" | "http" {
  return source[entity]?.via ?? "replica";
}

/** What a configuration needs of the source for one entity. */
export function needsOf(source: SourceConfig, entity: Entity): TableNeed[] {
  return tableNeeds(source).filter((need) => need.entity === entity);
}

/** The features of users or items that the source has, by the names that Endcap knows them by. */
function renameFeatures(features: FeatureValues, names: ResolvedNames<unknown>["features"]): FeatureValues {
  if (Object.keys(names).length === 0) return features;
  const renamed = Object.entries(features).map(([name, value]) => [names[name] ?? name, value] as const);
  return Object.fromEntries(renamed.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function goneOf(row: SourceRow, table: TableDescription, column: string | undefined): boolean {
  return column !== undefined && toGone(row[column] ?? null, columnOf(table, column).kind);
}

function categoryName(
  config: SourceConfig["items"]["category"],
  links: readonly SourceRow[],
  names: ReadonlyMap<string, string>,
): string | null {
  if (config.kind === "column") return null;
  const found = links.flatMap((link) => {
    const category = link[config.category] ?? null;
    const name = category === null || config.names === undefined ? category : names.get(category);
    return name === null || name === undefined ? [] : [name];
  });
  return found.toSorted()[0] ?? null;
}

/** Columns that hold JSON are read whole, also where the source calls them text: half an object is none. */
function wholeAttributes(table: TableDescription, attributes: readonly string[]): TableDescription {
  if (attributes.length === 0) return table;
  const columns = table.columns.map((column) =>
    attributes.includes(column.name) && column.kind === "text" ? { ...column, kind: "json" as const } : column,
  );
  return { ...table, columns };
}

/**
 * One entity's source.
 * @param described the source's tables; the schema check comes before
 * @throws Error when the configuration or the described tables lack it
 */
export function entitySource(
  entity: Entity,
  configured: SourceConfig,
  described: readonly TableDescription[],
): EntitySource {
  const { source, features: featureNames } = resolveSource(configured, described);
  const tableOf = (name: string): TableDescription => {
    const table = described.find((candidate) => candidate.table === name);
    if (table === undefined) throw new Error(`Table ${name} was not described.`);
    return table;
  };
  const readable = (name: string): readonly string[] => {
    // One table may hold orders and lines alike.
    const needs = needsOf(source, entity).filter((candidate) => candidate.table === name);
    return [...new Set(needs.flatMap((need) => readableColumns(need, tableOf(name))))];
  };
  const config = source[entity];
  if (config === undefined) throw new Error(`No ${entity} are configured.`);
  const table =
    entity === "items" ? wholeAttributes(tableOf(config.table), source.items.attributes) : tableOf(config.table);
  const isGone = (row: SourceRow): boolean => goneOf(row, table, config.deleted);
  const base = {
    entity,
    via: config.via,
    table,
    change: config.change,
    columns: readable(config.table),
    people: [],
    satellite: null,
    dictionary: null,
    comparable: config.via === "replica",
    isGone,
  };
  const finish = (
    parts: Pick<EntitySource, "keys" | "map"> &
      Partial<Pick<EntitySource, "columns" | "people" | "satellite" | "dictionary">>,
  ): EntitySource => {
    const made = { ...base, ...parts };
    const types = (read: TableDescription, columns: readonly string[]): unknown[] =>
      columns.map((name) => {
        const { type, kind, declared, characterSet } = columnOf(read, name);
        return [name, type, kind, declared, characterSet];
      });
    const { satellite } = made;
    const satelliteKey = satellite === null ? null : columnOf(satellite.table, satellite.key);
    const ownKey = columnOf(table, made.keys[0] ?? "");
    const shape = [
      MAPPING_VERSION,
      config,
      types(table, made.columns),
      satellite === null ? null : types(satellite.table, satellite.columns),
      featureNames,
    ];
    return {
      ...made,
      comparable:
        made.comparable &&
        (satelliteKey === null ||
          (satelliteKey.kind === ownKey.kind && satelliteKey.characterSet === ownKey.characterSet)),
      identity: JSON.stringify([made.via, table.table, made.keys]),
      shape: hash64(JSON.stringify(shape)),
    };
  };

  switch (entity) {
    case "users": {
      const { users } = source;
      return finish({
        keys: [users.key],
        people: [users.key],
        map({ row }) {
          const mapped = mapUser(row, table, users);
          if (!mapped.ok) return mapped;
          const gone = isGone(row);
          // Of somebody whom the shop has deleted nothing is kept but that the id was theirs.
          const record = gone
            ? { ...mapped.value, country: null, features: {} }
            : { ...mapped.value, features: renameFeatures(mapped.value.features, featureNames.users) };
          return ok({ record, gone, users: [], items: [] });
        },
      });
    }
    case "items": {
      const { items } = source;
      const { category } = items;
      const links = category.kind === "links" ? category : null;
      const names = links?.names;
      return finish({
        keys: [items.key],
        columns: table.columns.filter((column) => column.kind !== "binary").map((column) => column.name),
        satellite:
          links === null
            ? null
            : { table: tableOf(links.table), key: links.item, columns: [...new Set([links.item, links.category])] },
        dictionary: names === undefined ? null : { table: tableOf(names.table), key: names.key, name: names.name },
        map({ row, satellites }, dictionary) {
          const mapped = mapItem(row, table, items, categoryName(category, satellites, dictionary));
          if (!mapped.ok) return mapped;
          const features = renameFeatures(mapped.value.features, featureNames.items);
          const publicValues = renameFeatures(mapped.value.publicValues, featureNames.items);
          return ok({ record: { ...mapped.value, publicValues, features }, gone: isGone(row), users: [], items: [] });
        },
      });
    }
    case "orders": {
      const { orders } = source;
      if (orders === undefined) throw new Error("No orders are configured.");
      const { lines } = orders;
      const member = orders.via === "http" ? lines.table : null;
      const lineColumns = [lines.item, lines.quantity, lines.price.column];
      const linesTable = member === null ? tableOf(lines.table) : describeLines(member, lineColumns);
      return finish({
        keys: [orders.key],
        people: [orders.user],
        satellite: member === null ? { table: linesTable, key: lines.order, columns: readable(lines.table) } : null,
        map(loaded) {
          const { row, satellites } = loaded;
          const read = member === null ? ok(satellites) : memberLines(row, member, table.table);
          if (!read.ok) return read;
          const mapped = mapOrder({ order: row, lines: read.value }, table, linesTable, orders);
          if (!mapped.ok) return mapped;
          const record = mapped.value;
          const bought = record.lines.map((line) => line.item_id);
          return ok({ record, gone: isGone(loaded.row), users: [record.userId], items: bought });
        },
      });
    }
    case "ratings": {
      const { ratings } = source;
      if (ratings === undefined) throw new Error("No ratings are configured.");
      return finish({
        keys: [ratings.user, ratings.item],
        people: [ratings.user],
        map({ row }) {
          const mapped = mapRating(row, table, ratings);
          if (!mapped.ok) return mapped;
          const record = mapped.value;
          return ok({ record, gone: isGone(row), users: [record.userId], items: [record.itemId] });
        },
      });
    }
  }
}
