import { Client } from "pg";

import { CLIENT_GRACE_MILLISECONDS, CONNECT_TIMEOUT_MILLISECONDS, STATEMENT_TIMEOUT_SECONDS } from "../limits.ts";
import type { DatabaseAddress } from "./address.ts";
import { connectionError } from "./connection-error.ts";
import { type Rows, rowsSchema, type Session } from "./session.ts";

/** Opens a PostgreSQL database for reading. @throws CommandError that says why it cannot */
export async function openPostgresSession(address: DatabaseAddress): Promise<Session> {
  const client = new Client({
    connectionString: address.url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    query_timeout: STATEMENT_TIMEOUT_SECONDS * 1_000 + CLIENT_GRACE_MILLISECONDS,
    types: { getTypeParser: () => (value: unknown) => value },
  });
  client.on("error", () => undefined);
  await client.connect().catch((error: unknown) => {
    throw connectionError(address, error);
  });

  async function query(sql: string): Promise<Rows> {
    try {
      return rowsSchema.parse((await client.query<Record<string, unknown>>(sql)).rows);
    } catch (error) {
      throw connectionError(address, error);
    }
  }
  async function read(sql: string): Promise<Rows> {
    await query("BEGIN TRANSACTION READ ONLY");
    try {
      await query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_SECONDS * 1_000}`);
      return await query(sql);
    } finally {
      await query("ROLLBACK").catch(() => undefined);
    }
  }
  const close = (): Promise<void> => client.end().catch(() => undefined);
  try {
    const [row] = await read("SELECT current_setting('server_version') AS v");
    return {
      dialect: "postgres",
      version: `PostgreSQL ${row?.["v"] ?? ""}`,
      read,
      name: (identifier) => client.escapeIdentifier(identifier),
      text: (value) => client.escapeLiteral(value),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
