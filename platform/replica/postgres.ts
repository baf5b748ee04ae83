import { Client } from "pg";
import { z } from "zod";

import { EXACT_COUNT_MAX_ROWS } from "../../domain/sync/limits.ts";
import type { ColumnDescription, Replica, TableDescription } from "../../domain/sync/replica.ts";
import { CLIENT_GRACE_MILLISECONDS, CONNECT_TIMEOUT_MILLISECONDS } from "./limits.ts";
import { postgresKind } from "./postgres-types.ts";
import { countRows, readerOf, type Statement } from "./reader.ts";
import { replicaError } from "./replica-error.ts";

const WHAT = "The PostgreSQL replica cannot be read";

const columnsSchema = z.array(
  z.object({ name: z.string(), type: z.string(), nullable: z.string(), length: z.string().nullable() }),
);
const estimateSchema = z.array(z.object({ rows: z.string() }));

function quoteName(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/**
 * A PostgreSQL replica.
 * @param connectionString `postgres://user:password@host:port/database`
 * @param statementSeconds the longest that one statement may run on the server
 * @throws ReplicaError when it cannot be reached
 */
export async function openPostgresReplica(connectionString: string, statementSeconds: number): Promise<Replica> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    query_timeout: statementSeconds * 1000 + CLIENT_GRACE_MILLISECONDS,
    // Every value as text: decimals and large integers keep their digits, times their microseconds.
    types: { getTypeParser: () => (value: unknown) => value },
  });
  // A connection that breaks while idle tells it here; the next statement reports it.
  client.on("error", () => undefined);
  await client.connect().catch((error: unknown) => {
    throw replicaError(WHAT, error);
  });

  async function query(sql: string, values: readonly string[] = []): Promise<unknown[]> {
    try {
      return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
    } catch (error) {
      throw replicaError(WHAT, error);
    }
  }
  function open(): Statement {
    const values: string[] = [];
    return {
      writer: {
        name: quoteName,
        // A parameter takes the type of the column that it is compared with.
        value: (text) => `$${values.push(text)}`,
        selected: (column) => quoteName(column.name),
      },
      run: (sql) => query(sql, values),
    };
  }

  /** One transaction whose statements all have a time limit and see times in UTC. Ended without a trace. */
  async function transaction<Value>(work: () => Promise<Value>): Promise<Value> {
    await query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    try {
      await query(
        "SELECT set_config('statement_timeout', $1, true), set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true)",
        [String(statementSeconds * 1000)],
      );
      return await work();
    } finally {
      await query("ROLLBACK").catch(() => undefined);
    }
  }

  async function describeTable(table: string): Promise<TableDescription | null> {
    const [name = "", schema = null] = table.split(".").reverse();
    const place = schema === null ? "current_schema()" : "$2";
    const values = schema === null ? [name] : [name, schema];
    const rows = columnsSchema.parse(
      await query(
        `SELECT column_name AS name, udt_name AS type, is_nullable AS nullable, character_maximum_length AS length
         FROM information_schema.columns WHERE table_name = $1 AND table_schema = ${place} ORDER BY ordinal_position`,
        values,
      ),
    );
    if (rows.length === 0) return null;
    const columns = rows.map((row): ColumnDescription => ({
      name: row.name,
      type: row.type,
      kind: postgresKind(row.type),
      nullable: row.nullable === "YES",
      length: row.length === null ? null : Number(row.length),
    }));
    const estimate = estimateSchema.parse(
      await query(
        `SELECT c.reltuples::bigint AS rows FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = $1 AND n.nspname = ${place}`,
        values,
      ),
    );
    // −1 (never analysed) counts as small: better one exact count than a wrong total.
    const described = { table, columns, rows: Number(estimate[0]?.rows ?? 0) };
    if (described.rows >= EXACT_COUNT_MAX_ROWS) return described;
    return { ...described, rows: await countRows(open(), described) };
  }

  return {
    describe: (tables) =>
      transaction(async () => {
        const described: TableDescription[] = [];
        for (const table of tables) {
          const found = await describeTable(table);
          if (found !== null) described.push(found);
        }
        return described;
      }),
    read: (work) => transaction(() => work(readerOf(open))),
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}
