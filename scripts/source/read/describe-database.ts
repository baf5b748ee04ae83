import { z } from "zod";

import { CommandError } from "../../command.ts";
import type { Database, DatabaseTable } from "../database.ts";
import { COUNTED_ROWS_MAX, COUNTED_TABLES_MAX } from "../limits.ts";
import type { DatabaseAddress } from "./address.ts";
import { describeMysql } from "./describe-mysql.ts";
import { describePostgres } from "./describe-postgres.ts";
import type { Session } from "./session.ts";

const nameRowsSchema = z.array(z.object({ name: z.string().nullable() }));

async function ownSchema(session: Session): Promise<string | null> {
  const sql = session.dialect === "mysql" ? "SELECT DATABASE() AS name" : "SELECT current_schema() AS name";
  return nameRowsSchema.parse(await session.read(sql))[0]?.name ?? null;
}

/** Other schemas that hold tables, for whoever looked into the wrong one. */
async function otherSchemas(session: Session): Promise<string[]> {
  const rows = await session.read(
    `SELECT DISTINCT table_schema AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('information_schema', 'pg_catalog', 'mysql', 'performance_schema', 'sys')
     ORDER BY name`,
  );
  return nameRowsSchema.parse(rows).flatMap(({ name }) => (name === null ? [] : [name]));
}

/** A table's name in a statement. */
export function tableInSql(session: Session, { schema, table }: DatabaseTable): string {
  return `${session.name(schema)}.${session.name(table)}`;
}

/** Small tables are counted: their estimates are often far off, and "empty" is what a guess must know. */
async function withCount(session: Session, table: DatabaseTable): Promise<DatabaseTable> {
  if (table.view || (table.rows ?? 0) > COUNTED_ROWS_MAX) return table;
  const from = tableInSql(session, table);
  const counted = await session
    .read(`SELECT count(*) AS n FROM (SELECT 1 AS one FROM ${from} LIMIT ${COUNTED_ROWS_MAX + 1}) AS counted`)
    .catch(() => null);
  const rows = Number(counted?.[0]?.["n"] ?? Number.NaN);
  if (Number.isNaN(rows)) return table;
  return { ...table, rows: rows > COUNTED_ROWS_MAX ? Math.max(rows, table.rows ?? 0) : rows };
}

/**
 * The tables of a database.
 * @param asked the schemas to look at; empty for the one that a connection finds by itself
 * @param onTable called after each counted table
 * @throws CommandError when there is nothing to read
 */
export async function describeDatabase(
  session: Session,
  address: DatabaseAddress,
  asked: readonly string[],
  onTable: (done: number, total: number) => void,
): Promise<Database> {
  const own = await ownSchema(session);
  const schemas = asked.length > 0 ? asked : [own].filter((name) => name !== null);
  const describe = session.dialect === "mysql" ? describeMysql : describePostgres;
  const tables = schemas.length === 0 ? [] : await describe(session, schemas, own);
  const empty = schemas.find((schema) => tables.every((table) => table.schema !== schema));
  if (tables.length === 0 || empty !== undefined) {
    const others = (await otherSchemas(session)).filter((name) => !schemas.includes(name));
    const where = asked.length === 0 ? `The database ${address.database}` : `The schema "${empty ?? ""}"`;
    const hint = others.length === 0 ? "" : ` Others that can be read, with --schema: ${others.join(", ")}.`;
    throw new CommandError(`${where} has no table that the user "${address.user}" may read.${hint}`);
  }
  const counted: DatabaseTable[] = [];
  for (const table of tables) {
    counted.push(counted.length < COUNTED_TABLES_MAX ? await withCount(session, table) : table);
    onTable(counted.length, tables.length);
  }
  return { dialect: address.dialect, database: address.database, tables: counted };
}
