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

/** Statements that make a user who may read these tables and nothing else. */
export function writeGrants({ dialect, schema, database }: Database, tables: readonly string[]): string[] {
  if (dialect === "mysql") {
    const name = quotedBy("`");
    return [
      `CREATE USER '${READER}'@'%' IDENTIFIED BY 'PASSWORD';`,
      ...tables.map((table) => `GRANT SELECT ON ${name(schema)}.${name(table)} TO '${READER}'@'%';`),
    ];
  }
  const name = quotedBy('"');
  return [
    `CREATE ROLE ${READER} LOGIN PASSWORD 'PASSWORD';`,
    `GRANT CONNECT ON DATABASE ${name(database)} TO ${READER};`,
    `GRANT USAGE ON SCHEMA ${name(schema)} TO ${READER};`,
    ...tables.map((table) => `GRANT SELECT ON ${name(schema)}.${name(table)} TO ${READER};`),
  ];
}
