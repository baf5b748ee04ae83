import { expect } from "vitest";

import { postgresServer, type TestDatabase } from "../../support/databases.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { openBookshop } from "./bookshop.ts";
import { stored, type StoredRow } from "./d1.ts";

/** What goes wrong in a run; see test/sync/property/worker.ts. */
export type Trouble = { readonly kind: "none" } | { readonly kind: "outage" | "killed"; readonly after: number };

/** Counts by entity. */
export type RunCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Longer than a lease: a run that died is followed by the next. */
const LEASE_OVER_MILLISECONDS = 120_000;

/** The bookshop, a runtime that is configured for it, and runs of the real engine. */
export interface DrivenBookshop {
  readonly database: TestDatabase;
  readonly runtime: TestRuntime;
  /** One run; it must end complete unless it is in trouble. @returns its counts by entity */
  run(trouble?: Trouble): Promise<RunCounts>;
  /** Rows of D1. */
  stored(sql: string): Promise<StoredRow[]>;
  close(): Promise<void>;
}

/**
 * Opens the bookshop on a private PostgreSQL.
 * @param shop the configuration's path from the project's folder
 * @returns null where there is no server
 */
export async function driveBookshop(shop: string): Promise<DrivenBookshop | null> {
  const server = await postgresServer();
  if (server === null) return null;
  const database = await server.createDatabase();
  await openBookshop(database);
  const runtime = await startRuntime({ replica: database.url, main: "test/sync/property/worker.ts", shop });
  let ahead = 0;
  return {
    database,
    runtime,
    async run(trouble = { kind: "none" }) {
      const { body } = await runtime.call("/v1/run", { body: { ahead, trouble } });
      if (trouble.kind === "killed") ahead += LEASE_OVER_MILLISECONDS;
      if (trouble.kind === "none") expect(body).toMatchObject({ state: "complete" });
      const [last] = await stored(runtime, "SELECT counts FROM sync_runs ORDER BY run DESC LIMIT 1");
      const counts = last?.["counts"];
      return typeof counts === "string" ? (JSON.parse(counts) as RunCounts) : {};
    },
    stored: (sql) => stored(runtime, sql),
    async close() {
      await runtime.close();
      await server.stop();
    },
  };
}
