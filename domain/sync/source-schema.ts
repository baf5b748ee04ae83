import type { EndcapConfig } from "../config/schema.ts";
import type { TableDescription } from "./replica.ts";
import { templateColumns } from "./template.ts";

/** What a table must have for the configuration to work. */
export interface TableNeed {
  readonly table: string;
  /** Columns by which rows are found: text, number or uuid. */
  readonly keys: readonly string[];
  readonly columns: readonly string[];
}

function present(columns: readonly (string | undefined)[]): string[] {
  return [...new Set(columns.filter((column) => column !== undefined))];
}

function cursorColumn(change: EndcapConfig["source"]["users"]["change"]): string | undefined {
  return change.kind === "cursor" ? change.column : undefined;
}

/** The tables and columns that a configuration names. */
export function tableNeeds(source: EndcapConfig["source"]): TableNeed[] {
  const { users, items, orders, ratings } = source;
  const templates = [items.image, items.url].flatMap((template) => templateColumns(template ?? ""));
  const needs: TableNeed[] = [
    {
      table: users.table,
      keys: [users.key],
      columns: present([users.key, users.country, ...users.features, cursorColumn(users.change)]),
    },
    {
      table: items.table,
      keys: [items.key],
      columns: present([
        items.key,
        items.name,
        items.category,
        items.price,
        items.stock,
        items.hidden,
        cursorColumn(items.change),
        ...items.public,
        ...templates,
      ]),
    },
  ];
  if (orders !== undefined) {
    const { lines } = orders;
    needs.push(
      {
        table: orders.table,
        keys: [orders.key],
        columns: present([orders.key, orders.user, orders.time, orders.status, cursorColumn(orders.change)]),
      },
      {
        table: lines.table,
        keys: [lines.order],
        columns: present([lines.order, lines.item, lines.quantity, lines.price]),
      },
    );
  }
  if (ratings !== undefined) {
    needs.push({
      table: ratings.table,
      keys: [ratings.user, ratings.item],
      columns: present([ratings.user, ratings.item, ratings.rating, ratings.time, cursorColumn(ratings.change)]),
    });
  }
  return needs;
}

/**
 * Whether the source has what the configuration names.
 * @returns one sentence per problem; empty when the run can go on
 */
export function schemaProblems(needs: readonly TableNeed[], tables: readonly TableDescription[]): string[] {
  return needs.flatMap((need) => {
    const table = tables.find((candidate) => candidate.table === need.table);
    if (table === undefined) return [`The source has no table ${need.table}, or its user may not read it.`];
    return need.columns.flatMap((name) => {
      const column = table.columns.find((candidate) => candidate.name === name);
      if (column === undefined) return [`Table ${need.table} has no column ${name}.`];
      const { kind } = column;
      if (need.keys.includes(name) && kind !== "text" && kind !== "number" && kind !== "uuid") {
        return [`Column ${need.table}.${name} is a ${column.type}: a key must be text, a number or a uuid.`];
      }
      return kind === "binary"
        ? [`Column ${need.table}.${name} is binary (${column.type}), which cannot be used.`]
        : [];
    });
  });
}
