import mysql from "mysql2/promise";
import { z } from "zod";

import type { DatabaseReader, DatabaseSource, TableDescription } from "../../domain/sync/replica.ts";
import { CLIENT_GRACE_MILLISECONDS, CONNECT_TIMEOUT_MILLISECONDS } from "./limits.ts";
import { describeMysqlTable } from "./mysql-describe.ts";
import { mysqlLagSeconds } from "./mysql-lag.ts";
import { MYSQL_WRITER } from "./mysql-writer.ts";
import { readerOf, type Statement } from "./reader.ts";
import { replicaError } from "./replica-error.ts";

const WHAT = "The MySQL replica cannot be read";
const DEFAULT_PORT = 3306;
/**
 * Times in UTC; and no SQL mode, so that a zero date can be compared with (NO_ZERO_DATE refuses it) and `char` comes
 * without its padding, whatever the server's default.
 */
const SESSION = "SET SESSION time_zone = '+00:00', SESSION sql_mode = ''";

/** Errors that end the connection, though the driver counts them among those of a statement. */
const ENDING_CODES: ReadonlySet<unknown> = new Set(["ER_CONNECTION_KILLED", "ER_SERVER_SHUTDOWN"]);
const versionSchema = z.tuple([z.object({ version: z.string() })]);

async function connect(connectionString: string): Promise<mysql.Connection> {
  try {
    const address = new URL(connectionString);
    return await mysql.createConnection({
      host: address.hostname,
      port: Number(address.port || DEFAULT_PORT),
      user: decodeURIComponent(address.username),
      password: decodeURIComponent(address.password),
      database: decodeURIComponent(address.pathname.slice(1)),
      charset: "utf8mb4",
      connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
      // workerd forbids building code from text, which the driver's fast row parsers do.
      disableEval: true,
      // Every value as text: decimals and large integers keep their digits, dates their day.
      typeCast: (field) => field.string("utf8"),
    });
  } catch (error) {
    throw replicaError(WHAT, error);
  }
}

/** Whether an error is the end of the connection, rather than of one statement. */
function endsConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const fatal = "fatal" in error && error.fatal === true;
  return fatal || ("code" in error && ENDING_CODES.has(error.code));
}

/**
 * A MySQL or MariaDB replica.
 * @param connectionString `mysql://user:password@host:port/database`
 * @param statementSeconds the longest that one statement may run on the server
 * @throws ReplicaError when it cannot be reached
 */
export async function openMysqlReplica(connectionString: string, statementSeconds: number): Promise<DatabaseSource> {
  const connection = await connect(connectionString);
  // A connection that breaks while idle tells why here; the next statement only knows that it is closed.
  let broken: unknown = null;
  connection.on("error", (error) => {
    broken ??= error;
  });

  const timeout = statementSeconds * 1000 + CLIENT_GRACE_MILLISECONDS;
  const query = async (sql: string): Promise<unknown> => {
    try {
      return (await connection.query({ sql, timeout }))[0];
    } catch (error) {
      // The first error names the cause. It may have met a statement that can do without an answer (the replica's lag).
      if (endsConnection(error)) broken ??= error;
      throw replicaError(WHAT, broken ?? error);
    }
  };
  const [{ version }] = versionSchema.parse(await query("SELECT VERSION() AS version"));
  const mariadb = version.includes("MariaDB");
  const limited = (sql: string): string =>
    mariadb
      ? `SET STATEMENT max_statement_time=${statementSeconds} FOR ${sql}`
      : sql.replace(/^SELECT /, `SELECT /*+ MAX_EXECUTION_TIME(${statementSeconds * 1000}) */ `);
  const statement: Statement = { writer: MYSQL_WRITER, run: (sql) => query(limited(sql)) };

  async function read<Value>(work: (reader: DatabaseReader) => Promise<Value>): Promise<Value> {
    await query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    try {
      await query(SESSION);
      return await work(readerOf(() => statement));
    } finally {
      // Nothing was written: how the transaction ends makes no difference, only that it does.
      await query("ROLLBACK").catch(() => undefined);
    }
  }

  return {
    kind: "database",
    async describe(tables) {
      const described: TableDescription[] = [];
      for (const table of tables) {
        const found = await describeMysqlTable(table, mariadb, query, statement);
        if (found !== null) described.push(found);
      }
      return described;
    },
    read,
    readPage: (request) => read((reader) => reader.readPage(request)),
    lagSeconds: () => mysqlLagSeconds(query),
    async close() {
      await connection.end().catch(() => connection.destroy());
    },
  };
}
