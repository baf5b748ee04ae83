import mysql from "mysql2/promise";

import { CLIENT_GRACE_MILLISECONDS, CONNECT_TIMEOUT_MILLISECONDS, STATEMENT_TIMEOUT_SECONDS } from "../limits.ts";
import type { DatabaseAddress } from "./address.ts";
import { connectionError } from "./connection-error.ts";
import { rowsSchema, type Session } from "./session.ts";

const UNENCRYPTED: ReadonlySet<string> = new Set(["disable", "disabled", "allow", "prefer", "preferred"]);

function encryption({ sslMode }: DatabaseAddress): { ssl?: { rejectUnauthorized: boolean } } {
  if (sslMode === null || UNENCRYPTED.has(sslMode)) return {};
  return { ssl: { rejectUnauthorized: sslMode.startsWith("verify") } };
}

/** Opens a MySQL or MariaDB database for reading. @throws CommandError that says why it cannot */
export async function openMysqlSession(address: DatabaseAddress): Promise<Session> {
  const connection = await mysql
    .createConnection({
      host: address.host,
      port: address.port,
      user: address.user,
      password: address.password,
      database: address.database,
      charset: "utf8mb4",
      connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
      typeCast: (field) => field.string("utf8"),
      ...encryption(address),
    })
    .catch((error: unknown) => {
      throw connectionError(address, error);
    });
  // A connection that breaks while idle tells it here; the next statement reports it.
  connection.on("error", () => undefined);

  const timeout = STATEMENT_TIMEOUT_SECONDS * 1_000 + CLIENT_GRACE_MILLISECONDS;
  async function query(sql: string): Promise<unknown> {
    try {
      return (await connection.query({ sql, timeout }))[0];
    } catch (error) {
      throw connectionError(address, error);
    }
  }
  const close = (): Promise<void> => connection.end().catch(() => connection.destroy());
  try {
    const version = rowsSchema.parse(await query("SELECT VERSION() AS v"))[0]?.["v"] ?? "";
    const limit = version.includes("MariaDB")
      ? `SET SESSION max_statement_time = ${STATEMENT_TIMEOUT_SECONDS}`
      : `SET SESSION max_execution_time = ${STATEMENT_TIMEOUT_SECONDS * 1_000}`;
    // Servers before 5.7.8 know no such limit: there the client's own has to do.
    await query(limit).catch(() => undefined);
    return {
      dialect: "mysql",
      version: `${version.includes("MariaDB") ? "" : "MySQL "}${version}`,
      async read(sql) {
        await query("START TRANSACTION READ ONLY");
        try {
          return rowsSchema.parse(await query(sql));
        } finally {
          await query("ROLLBACK").catch(() => undefined);
        }
      },
      name: (identifier) => `\`${identifier.replaceAll("`", "``")}\``,
      // In hexadecimal a text means the same under every sql_mode.
      text: (value) => (value === "" ? "''" : `_utf8mb4 X'${Buffer.from(value, "utf8").toString("hex")}'`),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
