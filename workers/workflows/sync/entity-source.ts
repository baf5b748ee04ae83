import type { ChangeDetection, EndcapConfig } from "../../../domain/config/schema.ts";
import { ok, type Result } from "../../../domain/result.ts";
import { mapItem } from "../../../domain/sync/map-item.ts";
import { mapOrder } from "../../../domain/sync/map-order.ts";
import { mapRating } from "../../../domain/sync/map-rating.ts";
import { mapUser } from "../../../domain/sync/map-user.ts";
import type { SourceRow, TableDescription } from "../../../domain/sync/replica.ts";
import type { RowFault } from "../../../domain/sync/row-fault.ts";
import type { Entity } from "../../../domain/sync/run.ts";
import { tableNeeds } from "../../../domain/sync/source-schema.ts";
import type { StoredValue } from "../../../platform/d1/entity-table.ts";
import { itemValues, orderValues, ratingValues, userValues } from "../../../platform/d1/entity-values.ts";

/** A row with the rows of its lines (none but for orders). */
export interface LoadedRow {
  readonly row: SourceRow;
  readonly lines: readonly SourceRow[];
}

/** A row that keeps its contract. */
export interface MappedRow {
  readonly record: object;
  readonly values: readonly StoredValue[];
  /** Ids that it refers to. */
  readonly users: readonly string[];
  readonly items: readonly string[];
}

/** The table of an order's lines. */
export interface LinesSource {
  readonly table: TableDescription;
  readonly order: string;
  readonly columns: readonly string[];
}

/** Everything that differs between entities: where its rows come from and what they become. */
export interface EntitySource {
  readonly entity: Entity;
  readonly table: TableDescription;
  readonly keys: readonly string[];
  /** Columns that are read: of users only what the configuration names. */
  readonly columns: readonly string[];
  readonly change: ChangeDetection;
  readonly lines: LinesSource | null;
  map(loaded: LoadedRow): Result<MappedRow, RowFault>;
}

function mapped<Row>(result: Result<Row, RowFault>, make: (record: Row) => MappedRow): Result<MappedRow, RowFault> {
  return result.ok ? ok(make(result.value)) : result;
}

/** The entities that a configuration has, in the order in which they must be read: what is referred to comes first. */
export function configuredEntities(source: EndcapConfig["source"]): Entity[] {
  const optional: Entity[] = [];
  if (source.orders !== undefined) optional.push("orders");
  if (source.ratings !== undefined) optional.push("ratings");
  return ["users", "items", ...optional];
}

/**
 * One entity's source.
 * @throws Error when the configuration or the described tables lack it: the schema check comes before
 */
export function entitySource(
  entity: Entity,
  source: EndcapConfig["source"],
  tables: readonly TableDescription[],
): EntitySource {
  const described = (name: string): TableDescription => {
    const table = tables.find((candidate) => candidate.table === name);
    if (table === undefined) throw new Error(`Table ${name} was not described.`);
    return table;
  };
  const needed = (name: string): readonly string[] =>
    tableNeeds(source).find((need) => need.table === name)?.columns ?? [];
  switch (entity) {
    case "users": {
      const { users } = source;
      const table = described(users.table);
      return {
        entity,
        table,
        keys: [users.key],
        columns: needed(users.table),
        change: users.change,
        lines: null,
        map: ({ row }) =>
          mapped(mapUser(row, table, users), (record) => ({
            record,
            values: userValues(record),
            users: [],
            items: [],
          })),
      };
    }
    case "items": {
      const { items } = source;
      const table = described(items.table);
      const columns = table.columns.filter((column) => column.kind !== "binary").map((column) => column.name);
      return {
        entity,
        table,
        keys: [items.key],
        columns,
        change: items.change,
        lines: null,
        map: ({ row }) =>
          mapped(mapItem(row, table, items), (record) => ({
            record,
            values: itemValues(record),
            users: [],
            items: [],
          })),
      };
    }
    case "orders": {
      const { orders } = source;
      if (orders === undefined) throw new Error("No orders are configured.");
      const table = described(orders.table);
      const linesTable = described(orders.lines.table);
      const lines = { table: linesTable, order: orders.lines.order, columns: needed(orders.lines.table) };
      return {
        entity,
        table,
        keys: [orders.key],
        columns: needed(orders.table),
        change: orders.change,
        lines,
        map: (loaded) =>
          mapped(mapOrder({ order: loaded.row, lines: loaded.lines }, table, linesTable, orders), (record) => ({
            record,
            values: orderValues(record),
            users: [record.userId],
            items: record.lines.map((line) => line.item_id),
          })),
      };
    }
    case "ratings": {
      const { ratings } = source;
      if (ratings === undefined) throw new Error("No ratings are configured.");
      const table = described(ratings.table);
      const keys = [ratings.user, ratings.item];
      return {
        entity,
        table,
        keys,
        columns: needed(ratings.table),
        change: ratings.change,
        lines: null,
        map: ({ row }) =>
          mapped(mapRating(row, table, ratings), (record) => ({
            record,
            values: ratingValues(record),
            users: [record.userId],
            items: [record.itemId],
          })),
      };
    }
  }
}
