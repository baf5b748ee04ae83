import type { Question } from "./answers.ts";
import type { ChosenTables } from "./choose-tables.ts";
import { statusCandidates, statusNames } from "./guess-status.ts";
import type { NamedTable } from "./named-tables.ts";
import { rankColumns } from "./rank-columns.ts";
import { IMAGE } from "./rules/item-rules.ts";
import { CURRENCY } from "./rules/order-rules.ts";
import { RATING } from "./rules/rating-rules.ts";
import { ownWords } from "./score-table.ts";

/** Columns of a table that may name its currency. */
export function currencyColumns(table: NamedTable): string[] {
  return rankColumns(table, CURRENCY, new Set(table.words)).map(({ column }) => column.name);
}

function aboutItems(table: NamedTable): Question[] {
  const json = table.columns.filter((column) => column.json);
  const [image] = rankColumns(table, IMAGE, ownWords(table, "items"));
  return [
    ...json.map(({ name }): Question => ({ kind: "objects", table: table.name, column: name })),
    ...(image === undefined ? [] : [{ kind: "addresses", table: table.name, column: image.column.name } as const]),
  ];
}

function aboutOrders(table: NamedTable, tables: readonly NamedTable[]): Question[] {
  return statusCandidates(table, ownWords(table, "orders")).flatMap((column): Question[] => {
    const names = statusNames(table, column, tables);
    if (names !== null) return [{ kind: "labels", table: names.table, column: names.key, label: names.label }];
    return column.values === null ? [{ kind: "values", table: table.name, column: column.name }] : [];
  });
}

/** What is to be asked of the data once it is known which table is what. Of the users' table nothing ever is. */
export function questionsAbout(chosen: ChosenTables, tables: readonly NamedTable[]): Question[] {
  const { items, orders, ratings } = chosen;
  const priced = [items?.table, orders?.table, orders?.lines].filter((table) => table !== undefined);
  const [rating] = ratings === null ? [] : rankColumns(ratings.table, RATING, ownWords(ratings.table, "ratings"));
  return [
    ...(items === null ? [] : aboutItems(items.table)),
    ...(orders === null ? [] : aboutOrders(orders.table, tables)),
    ...(ratings === null || rating === undefined
      ? []
      : [{ kind: "range", table: ratings.table.name, column: rating.column.name } as const]),
    ...[...new Set(priced)].flatMap((table) =>
      currencyColumns(table).map((column): Question => ({ kind: "values", table: table.name, column })),
    ),
  ];
}
