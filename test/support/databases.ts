import mysql from "mysql2/promise";
import { Client } from "pg";

import { freePort } from "../../scripts/runtime/ports.ts";
import { startMariaDb } from "../../scripts/servers/mariadb.ts";
import { startPostgres } from "../../scripts/servers/postgres.ts";
import type { PrivateServer } from "../../scripts/servers/private-server.ts";

/** A database of its own on a test server. */
export interface TestDatabase {
  readonly url: string;
  /** Runs one statement as the owner: it may write. */
  run(sql: string): Promise<void>;
}

/** A server that can be away for a while. */
export interface ServerPower {
  /** Shuts the server down; what was committed is kept, every connection breaks. */
  off(): Promise<void>;
  /** Starts it again, with the same data at the same address. */
  on(): Promise<void>;
  /** Off and on again. */
  restart(): Promise<void>;
}

/** A database server for tests. */
export interface TestServer {
  readonly dialect: "mysql" | "postgres";
  /**
   * A new, empty database.
   * @param options what follows `CREATE DATABASE <name>`
   */
  createDatabase(options?: string): Promise<TestDatabase>;
  /** Null for a server that somebody else has started, and for PGlite. */
  readonly power: ServerPower | null;
  /** Stops a server that was started for the tests; every connection breaks. Can be called again. */
  stop(): Promise<void>;
}

let databases = 0;

function databaseName(): string {
  databases += 1;
  return `endcap_test_${process.pid}_${databases}`;
}

/** Says why tests are skipped; with CI=true a missing server is a failure instead. */
function missing(what: string): null {
  if (process.env["CI"] === "true") throw new Error(`${what} Continuous integration must not skip these tests.`);
  console.warn(`${what} The tests that need it are skipped.`);
  return null;
}

/** What only a server can do that the tests have started themselves; null for any other. */
function control(server: PrivateServer | null): Pick<TestServer, "power" | "stop"> {
  if (server === null) return { power: null, stop: () => Promise.resolve() };
  return {
    power: {
      off: () => server.shutDown(),
      on: () => server.startAgain(),
      async restart() {
        await server.shutDown();
        await server.startAgain();
      },
    },
    stop: () => server.close(),
  };
}

function mysqlAt(url: string, server: PrivateServer | null): TestServer {
  async function run(address: string, sql: string): Promise<void> {
    const connection = await mysql.createConnection(address);
    try {
      await connection.query(sql);
    } finally {
      await connection.end();
    }
  }
  return {
    dialect: "mysql",
    async createDatabase(options = "CHARACTER SET utf8mb4") {
      const name = databaseName();
      await run(url, `DROP DATABASE IF EXISTS ${name}`);
      await run(url, `CREATE DATABASE ${name} ${options}`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return { url: own.href, run: (sql) => run(own.href, sql) };
    },
    ...control(server),
  };
}

/**
 * A MySQL server: the one at ENDCAP_TEST_MYSQL_URL, else a private `mariadbd` with a data folder of its own.
 * @returns null when there is neither (a failure where CI=true)
 */
export async function mysqlServer(): Promise<TestServer | null> {
  const given = process.env["ENDCAP_TEST_MYSQL_URL"];
  if (given !== undefined && given !== "") return mysqlAt(given, null);
  const server = await startMariaDb();
  if (server === null) return missing("No MySQL server: set ENDCAP_TEST_MYSQL_URL or install mariadb-server.");
  return mysqlAt(server.url, server);
}

function postgresAt(url: string, server: PrivateServer | null): TestServer {
  async function run(address: string, sql: string): Promise<void> {
    const client = new Client({ connectionString: address });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
  return {
    dialect: "postgres",
    async createDatabase(options = "") {
      const name = databaseName();
      await run(url, `DROP DATABASE IF EXISTS ${name}`);
      await run(url, `CREATE DATABASE ${name} ${options}`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return { url: own.href, run: (sql) => run(own.href, sql) };
    },
    ...control(server),
  };
}

async function embeddedPostgres(): Promise<TestServer> {
  const { PGlite } = await import("@electric-sql/pglite");
  const { PGLiteSocketServer } = await import("@electric-sql/pglite-socket");
  const port = await freePort();
  const database = await PGlite.create();
  const server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port, maxConnections: 10 });
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
  return {
    ...postgresAt(url, null),
    async stop() {
      if (database.closed) return;
      await server.stop();
      await database.close();
    },
    // PGlite has one database: a new one is its only schema, emptied.
    async createDatabase() {
      await database.exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public;");
      return { url, run: async (sql) => void (await database.exec(sql)) };
    },
  };
}

/**
 * A PostgreSQL server: the one at ENDCAP_TEST_POSTGRES_URL, else a private `postgres` with a data folder of its own,
 * else PGlite, which serves one client at a time (not where CI=true).
 */
export async function postgresServer(): Promise<TestServer | null> {
  const given = process.env["ENDCAP_TEST_POSTGRES_URL"];
  if (given !== undefined && given !== "") return postgresAt(given, null);
  const server = await startPostgres();
  if (server !== null) return postgresAt(server.url, server);
  if (process.env["CI"] === "true") return missing("No PostgreSQL server: install postgresql.");
  return embeddedPostgres();
}

/** The servers that tests of both dialects run on; those that are missing are left out. */
export const TEST_SERVERS = [
  { dialect: "mysql", start: mysqlServer },
  { dialect: "postgres", start: postgresServer },
] as const;
