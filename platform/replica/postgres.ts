import { Client } from "pg";

import type { DatabaseReader, DatabaseSource, TableDescription } from "../../domain/sync/replica.ts";
import { CLIENT_GRACE_MILLISECONDS, CONNECT_TIMEOUT_MILLISECONDS } from "./limits.ts";
import { describePostgresTable } from "./postgres-describe.ts";
import { postgresLagSeconds } from "./postgres-lag.ts";
import { postgresWriter } from "./postgres-writer.ts";
import { readerOf, type Statement } from "./reader.ts";
import { replicaError } from "./replica-error.ts";

const WHAT = "The PostgreSQL replica cannot be read";

/**
 * What the text of a value depends on, fixed for one transaction; and no compiling, which short scans do not repay. A
 * database without an encoding (SQL_ASCII) may hold bytes that are no UTF-8, and refuses a whole page with one of them
 * to a client that asks for UTF-8: sent as they are, the driver reads what it can and marks the rest.
 */
const SETTINGS = `
  SELECT set_config('statement_timeout', $1, true), set_config('timezone', 'UTC', true),
    set_config('datestyle', 'ISO, YMD', true), set_config('intervalstyle', 'postgres', true),
    set_config('extra_float_digits', '3', true), set_config('jit', 'off', true),
    set_config('client_encoding', CASE current_setting('server_encoding')
      WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE current_setting('client_encoding') END, true)`;

async function connect(
  connectionString: string,
  statementSeconds: number,
  onBroken: (error: Error) => void,
): Promise<Client> {
  try {
    const client = new Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
      query_timeout: statementSeconds * 1000 + CLIENT_GRACE_MILLISECONDS,
      // Every value as text: decimals and large integers keep their digits, times their microseconds.
      types: { getTypeParser: () => (value: unknown) => value },
    });
    client.on("error", onBroken);
    await client.connect();
    return client;
  } catch (error) {
    throw replicaError(WHAT, error);
  }
}

/**
 * A PostgreSQL replica, version 11 or later.
 * @param connectionString `postgres://user:password@host:port/database`
 * @param statementSeconds the longest that one statement may run on the server
 * @throws ReplicaError when it cannot be reached
 */
export async function openPostgresReplica(connectionString: string, statementSeconds: number): Promise<DatabaseSource> {
  // A connection that breaks while idle tells why here; the next statement only knows that it is closed.
  let broken: unknown = null;
  const client = await connect(connectionString, statementSeconds, (error) => {
    broken ??= error;
  });

  async function query(sql: string, values: readonly string[] = []): Promise<unknown[]> {
    try {
      return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
    } catch (error) {
      throw replicaError(WHAT, broken ?? error);
    }
  }
  function open(): Statement {
    const values: string[] = [];
    return { writer: postgresWriter(values), run: (sql) => query(sql, values) };
  }

  /** One transaction whose statements all have a time limit and see times in UTC. Ended without a trace. */
  async function transaction<Value>(work: () => Promise<Value>): Promise<Value> {
    await query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    try {
      await query(SETTINGS, [String(statementSeconds * 1000)]);
      return await work();
    } finally {
      await query("ROLLBACK").catch(() => undefined);
    }
  }
  const read = <Value>(work: (reader: DatabaseReader) => Promise<Value>): Promise<Value> =>
    transaction(() => work(readerOf(open)));

  return {
    kind: "database",
    describe: (tables) =>
      transaction(async () => {
        const described: TableDescription[] = [];
        for (const table of tables) {
          const found = await describePostgresTable(table, query, open);
          if (found !== null) described.push(found);
        }
        return described;
      }),
    read,
    readPage: (request) => read((reader) => reader.readPage(request)),
    lagSeconds: () => postgresLagSeconds(query),
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}
