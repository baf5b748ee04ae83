import type { Database } from "../database.ts";
import { type Guess } from "../guess.ts";
import type { EntityGuess } from "../guess/finding.ts";
import { usable } from "./config-of.ts";

/** The user that the statements make. */
export const READER = "endcap";

/** The tables that the configuration reads, each once. */
export function usedTables({ users, items, orders, ratings }: Guess): EntityGuess["tables"] {
  const entities = [users, items, usable(orders), usable(ratings)].filter((entity) => entity !== null);
  const tables = entities.flatMap((entity) => entity.tables);
  return tables.filter((table, place) => tables.findIndex((other) => other.name === table.name) === place);
}

function quotedBy(quote: string): (name: string) => string {
  return (name) => `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
}

/**
 * Statements that make a user who may read these tables and nothing else.
 * @param names the tables as the configuration names them
 */
export function writeGrants({ dialect, tables, database }: Database, names: readonly string[]): string[] {
  const read = tables.filter((table) => names.includes(table.name));
  if (dialect === "mysql") {
    const name = quotedBy("`");
    return [
      `CREATE USER '${READER}'@'%' IDENTIFIED BY 'PASSWORD';`,
      ...read.map(({ schema, table }) => `GRANT SELECT ON ${name(schema)}.${name(table)} TO '${READER}'@'%';`),
    ];
  }
  const name = quotedBy('"');
  return [
    `CREATE ROLE ${READER} LOGIN PASSWORD 'PASSWORD';`,
    `GRANT CONNECT ON DATABASE ${name(database)} TO ${READER};`,
    ...[...new Set(read.map(({ schema }) => schema))].map(
      (schema) => `GRANT USAGE ON SCHEMA ${name(schema)} TO ${READER};`,
    ),
    ...read.map(({ schema, table }) => `GRANT SELECT ON ${name(schema)}.${name(table)} TO ${READER};`),
  ];
}
