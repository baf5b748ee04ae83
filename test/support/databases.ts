import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import mysql from "mysql2/promise";
import { Client } from "pg";

import { freePort } from "../../scripts/runtime/ports.ts";
import { startMariaDb } from "../../scripts/servers/mariadb.ts";
import { killProcess, untilReady } from "../../scripts/servers/private-server.ts";

/** A database of its own on a test server. */
export interface TestDatabase {
  readonly url: string;
  /** Runs one statement as the owner: it may write. */
  run(sql: string): Promise<void>;
}

/** A database server for tests. */
export interface TestServer {
  readonly dialect: "mysql" | "postgres";
  /** A new, empty database. */
  createDatabase(): Promise<TestDatabase>;
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

function mysqlAt(url: string, stop: () => Promise<void>): TestServer {
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
    async createDatabase() {
      const name = databaseName();
      await run(url, `DROP DATABASE IF EXISTS ${name}`);
      await run(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return { url: own.href, run: (sql) => run(own.href, sql) };
    },
    stop,
  };
}

/**
 * A MySQL server: the one at ENDCAP_TEST_MYSQL_URL, else a private `mariadbd` with a data folder of its own.
 * @returns null when there is neither (a failure where CI=true)
 */
export async function mysqlServer(): Promise<TestServer | null> {
  const given = process.env["ENDCAP_TEST_MYSQL_URL"];
  if (given !== undefined && given !== "") return mysqlAt(given, () => Promise.resolve());
  const server = await startMariaDb();
  if (server === null) return missing("No MySQL server: set ENDCAP_TEST_MYSQL_URL or install mariadb-server.");
  return mysqlAt(server.url, () => server.close());
}

function postgresAt(url: string, stop: () => Promise<void>): TestServer {
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
    async createDatabase() {
      const name = databaseName();
      await run(url, `DROP DATABASE IF EXISTS ${name}`);
      await run(url, `CREATE DATABASE ${name}`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return { url: own.href, run: (sql) => run(own.href, sql) };
    },
    stop,
  };
}

/** PostgreSQL's own programs live in a folder per version that is in no PATH. */
async function postgresBinaries(): Promise<string | null> {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(root, newest, "bin");
}

async function embeddedPostgres(): Promise<TestServer> {
  const { PGlite } = await import("@electric-sql/pglite");
  const { PGLiteSocketServer } = await import("@electric-sql/pglite-socket");
  const port = await freePort();
  const database = await PGlite.create();
  const server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port, maxConnections: 10 });
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
  const inner = postgresAt(url, async () => {
    if (database.closed) return;
    await server.stop();
    await database.close();
  });
  return {
    ...inner,
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
  if (given !== undefined && given !== "") return postgresAt(given, () => Promise.resolve());
  const binaries = await postgresBinaries();
  if (binaries === null) {
    if (process.env["CI"] === "true") return missing("No PostgreSQL server: install postgresql.");
    return embeddedPostgres();
  }
  const folder = await mkdtemp(join(tmpdir(), "endcap-postgres-"));
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  const command = (program: string, options: string[]): [string, string[]] => {
    const path = join(binaries, program);
    if (!asRoot) return [path, options];
    return ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", path, ...options]];
  };
  if (asRoot) {
    await chmod(folder, 0o755);
    await promisify(execFile)("chown", ["postgres", folder]);
  }
  const data = join(folder, "data");
  const initialise = ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"];
  await promisify(execFile)(...command("initdb", initialise), { cwd: folder });
  const port = await freePort();
  const options = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", folder, "-F"];
  const server = spawn(...command("postgres", options), { stdio: "ignore", cwd: folder });
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  await untilReady(server, async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.end();
  });
  return postgresAt(url, async () => {
    await killProcess(server);
    await rm(folder, { recursive: true, force: true });
  });
}

/** The servers that tests of both dialects run on; those that are missing are left out. */
export const TEST_SERVERS = [
  { dialect: "mysql", start: mysqlServer },
  { dialect: "postgres", start: postgresServer },
] as const;
