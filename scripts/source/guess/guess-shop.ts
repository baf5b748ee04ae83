import type { Database } from "../database.ts";
import type { Answers } from "./answers.ts";
import type { ChosenTables } from "./choose-tables.ts";
import { type Finding, found } from "./finding.ts";
import { currencyInName } from "./money.ts";
import type { NamedTable } from "./named-tables.ts";
import { currencyColumns } from "./questions.ts";

const CURRENCY_PATTERN = /^[A-Z]{3}$/;
const CURRENCY_ASSUMED = "USD";

function titleOf(name: string): string {
  const words = name.split(/[^\p{Letter}\p{Number}]+/u).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ") || name;
}

function guessCurrency(tables: readonly NamedTable[], answers: Answers): Finding {
  const columns = tables.flatMap((table) => currencyColumns(table).map((column) => ({ table: table.name, column })));
  for (const { table, column } of columns) {
    const codes = (answers.values(table, column)?.values ?? []).map((value) => value.trim().toUpperCase());
    const [code] = codes;
    if (code !== undefined && codes.length === 1 && CURRENCY_PATTERN.test(code)) {
      return found("currency", code, `the only value of ${table}.${column}`);
    }
    if (codes.length > 1) {
      const why = `to check: ${table}.${column} holds ${codes.join(", ")}, and every price must be in one currency`;
      return found("currency", code !== undefined && CURRENCY_PATTERN.test(code) ? code : CURRENCY_ASSUMED, why);
    }
  }
  for (const column of tables.flatMap((table) => table.columns)) {
    const code = column.kind === "number" ? currencyInName(column) : null;
    if (code !== null) return found("currency", code, `the name of ${column.name}`);
  }
  return found("currency", CURRENCY_ASSUMED, "to check: assumed, since the database does not say it");
}

/** The shop's part of the configuration. */
export function guessShop(database: Database, { items, orders }: ChosenTables, answers: Answers): readonly Finding[] {
  const priced = [items?.table, orders?.table, orders?.lines].filter((table) => table !== undefined);
  return [
    found("name", titleOf(database.database), "to check: the database's name"),
    guessCurrency([...new Set(priced)], answers),
  ];
}
