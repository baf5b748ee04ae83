import mysql from "mysql2/promise";
import { z } from "zod";

import { canHold } from "../../domain/sync/key.ts";
import { EXACT_COUNT_MAX_ROWS } from "../../domain/sync/limits.ts";
import type { ColumnDescription, Replica, TableDescription } from "../../domain/sync/replica.ts";
import { CLIENT_GRACE_MILLISECONDS, CONNECT_TIMEOUT_MILLISECONDS } from "./limits.ts";
import { mysqlKind } from "./mysql-types.ts";
import type { StatementWriter } from "./queries.ts";
import { countRows, readerOf, type Statement } from "./reader.ts";
import { replicaError } from "./replica-error.ts";

const WHAT = "The MySQL replica cannot be read";

function quoteName(identifier: string): string {
  return `\`${identifier.replaceAll("`", "``")}\``;
}

/**
 * A text as a literal in hexadecimal: it means the same under every `sql_mode`, where escaping by backslash does not,
 * and needs no prepared statement, which Hyperdrive does not take as text.
 */
function hexLiteral(text: string): string {
  return `_utf8mb4 X'${Buffer.from(text, "utf8").toString("hex")}'`;
}

const writer: StatementWriter = {
  name: quoteName,
  // A number must be written as one: compared with a text, MySQL turns both into doubles and loses large keys.
  value: (text, column) => (column.kind === "number" && canHold(column, text) ? text : hexLiteral(text)),
  selected: (column) =>
    column.type === "bit" ? `${quoteName(column.name)} + 0 AS ${quoteName(column.name)}` : quoteName(column.name),
};

const columnsSchema = z.array(
  z.object({
    name: z.string(),
    type: z.string(),
    full: z.string(),
    nullable: z.string(),
    length: z.string().nullable(),
  }),
);
const firstSchema = z.tuple([z.object({ v: z.string().nullable() })]).rest(z.unknown());

/**
 * A MySQL or MariaDB replica.
 * @param connectionString `mysql://user:password@host:port/database`
 * @param statementSeconds the longest that one statement may run on the server
 * @throws ReplicaError when it cannot be reached
 */
export async function openMysqlReplica(connectionString: string, statementSeconds: number): Promise<Replica> {
  const address = new URL(connectionString);
  const connection = await mysql
    .createConnection({
      host: address.hostname,
      port: Number(address.port || 3306),
      user: decodeURIComponent(address.username),
      password: decodeURIComponent(address.password),
      database: decodeURIComponent(address.pathname.slice(1)),
      charset: "utf8mb4",
      connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
      // workerd forbids building code from text, which the driver's fast row parsers do.
      disableEval: true,
      // Every value as text: decimals and large integers keep their digits, dates their day.
      typeCast: (field) => field.string("utf8"),
    })
    .catch((error: unknown) => {
      throw replicaError(WHAT, error);
    });
  // A connection that breaks while idle tells it here; the next statement reports it.
  connection.on("error", () => undefined);

  const timeout = statementSeconds * 1000 + CLIENT_GRACE_MILLISECONDS;
  const query = async (sql: string): Promise<unknown> => {
    try {
      return (await connection.query({ sql, timeout }))[0];
    } catch (error) {
      throw replicaError(WHAT, error);
    }
  };
  const [version] = firstSchema.parse(await query("SELECT VERSION() AS v"));
  const mariadb = version.v?.includes("MariaDB") === true;
  const limited = (sql: string): string =>
    mariadb
      ? `SET STATEMENT max_statement_time=${statementSeconds} FOR ${sql}`
      : sql.replace(/^SELECT /, `SELECT /*+ MAX_EXECUTION_TIME(${statementSeconds * 1000}) */ `);
  const statement: Statement = { writer, run: (sql) => query(limited(sql)) };

  async function describeTable(table: string): Promise<TableDescription | null> {
    const [name = "", schema] = table.split(".").reverse();
    const where = `TABLE_SCHEMA = ${schema === undefined ? "DATABASE()" : hexLiteral(schema)} AND TABLE_NAME = ${hexLiteral(name)}`;
    const rows = columnsSchema.parse(
      await query(
        `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS full, IS_NULLABLE AS nullable, CHARACTER_MAXIMUM_LENGTH AS length
         FROM information_schema.COLUMNS WHERE ${where} ORDER BY ORDINAL_POSITION`,
      ),
    );
    if (rows.length === 0) return null;
    const columns = rows.map((row): ColumnDescription => ({
      name: row.name,
      type: row.type,
      kind: mysqlKind(row.type, row.full),
      nullable: row.nullable === "YES",
      length: row.length === null ? null : Number(row.length),
    }));
    const estimate = await query(`SELECT TABLE_ROWS AS v FROM information_schema.TABLES WHERE ${where}`);
    const described = { table, columns, rows: Number(firstSchema.parse(estimate)[0].v ?? 0) };
    if (described.rows >= EXACT_COUNT_MAX_ROWS) return described;
    return { ...described, rows: await countRows(statement, described) };
  }

  return {
    async describe(tables) {
      const described: TableDescription[] = [];
      for (const table of tables) {
        const found = await describeTable(table);
        if (found !== null) described.push(found);
      }
      return described;
    },
    async read(work) {
      await query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
      try {
        await query("SET SESSION time_zone = '+00:00'");
        return await work(readerOf(() => statement));
      } finally {
        // Nothing was written: how the transaction ends makes no difference, only that it does.
        await query("ROLLBACK").catch(() => undefined);
      }
    },
    async close() {
      await connection.end().catch(() => connection.destroy());
    },
  };
}
