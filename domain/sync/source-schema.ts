import type { EndcapConfig } from "../config/schema.ts";
import type { ColumnKind, TableDescription } from "./replica.ts";
import type { Entity } from "./run.ts";
import { templateColumns } from "./template.ts";

type SourceConfig = EndcapConfig["source"];

/** What a table must have for the configuration to work, and what else of it is read. */
export interface TableNeed {
  readonly entity: Entity;
  readonly table: string;
  /** Columns by which rows are found: text, number or uuid. */
  readonly keys: readonly string[];
  /** Without one of these the entity cannot be read rightly: it is paused. */
  readonly required: readonly string[];
  /** Without one of these the entity is read all the same: a feature, a country, a picture is missing. */
  readonly optional: readonly string[];
}

function present(columns: readonly (string | undefined)[]): string[] {
  return [...new Set(columns.filter((column) => column !== undefined))];
}

function cursorColumn(change: SourceConfig["users"]["change"]): string | undefined {
  return change.kind === "cursor" ? change.column : undefined;
}

function userNeeds({ users }: SourceConfig): TableNeed[] {
  const required = present([users.key, users.deleted, cursorColumn(users.change)]);
  return [
    {
      entity: "users",
      table: users.table,
      keys: [users.key],
      required,
      optional: present([users.country, ...users.features]),
    },
  ];
}

function itemNeeds({ items }: SourceConfig): TableNeed[] {
  const templates = [items.image, items.url].flatMap((template) => templateColumns(template ?? ""));
  const { category } = items;
  const needs: TableNeed[] = [
    {
      entity: "items",
      table: items.table,
      keys: [items.key],
      // Stock and hidden are required where configured: guessing them would show what must not be shown.
      required: present([
        items.key,
        items.name,
        category.kind === "column" ? category.column : undefined,
        items.price.column,
        items.stock,
        items.hidden,
        items.deleted,
        cursorColumn(items.change),
      ]),
      optional: present([...items.public, ...items.attributes, ...templates]),
    },
  ];
  if (category.kind === "links") {
    const { table, item, names } = category;
    needs.push({ entity: "items", table, keys: [item], required: present([item, category.category]), optional: [] });
    if (names !== undefined) {
      const required = present([names.key, names.name]);
      needs.push({ entity: "items", table: names.table, keys: [names.key], required, optional: [] });
    }
  }
  return needs;
}

function orderNeeds({ orders }: SourceConfig): TableNeed[] {
  if (orders === undefined) return [];
  const { lines } = orders;
  const own: TableNeed = {
    entity: "orders",
    table: orders.table,
    keys: [orders.key],
    required: present([
      orders.key,
      orders.user,
      orders.time,
      orders.status,
      orders.deleted,
      cursorColumn(orders.change),
      // By HTTP the lines are a member of the order.
      orders.via === "http" ? lines.table : undefined,
    ]),
    optional: [],
  };
  if (orders.via === "http") return [own];
  const required = present([lines.order, lines.item, lines.quantity, lines.price.column]);
  return [own, { entity: "orders", table: lines.table, keys: [lines.order], required, optional: [] }];
}

function ratingNeeds({ ratings }: SourceConfig): TableNeed[] {
  if (ratings === undefined) return [];
  const keys = [ratings.user, ratings.item];
  const required = present([...keys, ratings.rating, ratings.deleted, cursorColumn(ratings.change)]);
  return [{ entity: "ratings", table: ratings.table, keys, required, optional: present([ratings.time]) }];
}

/** The tables and columns that a configuration names; an entity's own table comes before the others of it. */
export function tableNeeds(source: SourceConfig): TableNeed[] {
  return [...userNeeds(source), ...itemNeeds(source), ...orderNeeds(source), ...ratingNeeds(source)];
}

const KEY_KINDS: ReadonlySet<ColumnKind> = new Set<ColumnKind>(["text", "number", "uuid"]);

/**
 * Whether the source has what the configuration needs of some tables.
 * @returns one sentence per problem; empty when the entity can be read
 */
export function schemaProblems(needs: readonly TableNeed[], tables: readonly TableDescription[]): string[] {
  return needs.flatMap((need) => {
    const table = tables.find((candidate) => candidate.table === need.table);
    if (table === undefined) return [`The source has no table ${need.table}, or its user may not read it.`];
    return need.required.flatMap((name) => {
      const column = table.columns.find((candidate) => candidate.name === name);
      if (column === undefined) return [`Table ${need.table} has no column ${name}.`];
      if (need.keys.includes(name) && !KEY_KINDS.has(column.kind)) {
        return [`Column ${need.table}.${name} is a ${column.type}: a key must be text, a number or a uuid.`];
      }
      return column.kind === "binary"
        ? [`Column ${need.table}.${name} is binary (${column.type}), which cannot be used.`]
        : [];
    });
  });
}

/** Of the columns that a configuration names, those that the table has and that can be read. */
export function readableColumns(need: TableNeed, table: TableDescription): string[] {
  const readable = new Set(table.columns.filter((column) => column.kind !== "binary").map((column) => column.name));
  return present([...need.required, ...need.optional]).filter((column) => readable.has(column));
}
