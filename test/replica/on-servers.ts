import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { DatabaseSource, TableDescription } from "../../domain/sync/replica.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { TEST_SERVERS, type TestDatabase, type TestServer } from "../support/databases.ts";

/** The longest that a statement of a test may run. */
export const STATEMENT_SECONDS = 5;

export type Dialect = TestServer["dialect"];

/** A database of its own on one server, and the replica that reads it. */
export interface OpenedDatabase {
  readonly database: TestDatabase;
  readonly replica: DatabaseSource;
  /** Describes one table as it is now; fails when it is not there. */
  readonly table: (name: string) => Promise<TableDescription>;
  /** PGlite serves one client at a time: whoever writes waits until a reader's transaction has ended. */
  readonly oneClient: boolean;
}

/** `it`, for a test that needs the server: skipped where there is none. */
export type ServerTest = (name: string, body: (opened: OpenedDatabase) => Promise<void>) => void;

/** Declares the same tests for these dialects, each with an empty database that `prepare` fills. */
export function onServers(
  dialects: readonly Dialect[],
  prepare: (database: TestDatabase, dialect: Dialect) => Promise<void>,
  tests: (when: ServerTest, dialect: Dialect) => void,
): void {
  const servers = TEST_SERVERS.filter(({ dialect }) => dialects.includes(dialect));
  describe.each(servers)("on $dialect", ({ dialect, start }) => {
    let server: TestServer | null = null;
    let opened: OpenedDatabase | null = null;
    beforeAll(async () => {
      server = await start();
      if (server === null) return;
      const database = await server.createDatabase();
      await prepare(database, dialect);
      const replica = await openReplica(database.url, STATEMENT_SECONDS);
      opened = {
        database,
        replica,
        oneClient: database.url.includes("sslmode"),
        table: async (name) => (await replica.describe([name]))[0] ?? expect.fail(`${name} was not described`),
      };
    });
    afterAll(async () => {
      await opened?.replica.close();
      await server?.stop();
    });
    tests((name, body) => {
      it(name, async (test) => {
        if (opened === null) return test.skip();
        await body(opened);
        return undefined;
      });
    }, dialect);
  });
}

/** A text as a literal that means the same under every `sql_mode`. */
export function literal(dialect: Dialect, text: string | null): string {
  if (text === null) return "NULL";
  if (dialect === "mysql") return `CONVERT(X'${Buffer.from(text, "utf8").toString("hex")}' USING utf8mb4)`;
  return `'${text.replaceAll("'", "''")}'`;
}
