import { expect } from "vitest";

import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import type { ApiRows } from "./api-shop.ts";
import { expectedOf, keysOf } from "./expected.ts";
import type { Variant } from "./http-shop.ts";

export type StoredRow = Readonly<Record<string, unknown>>;

/** How a run ended. */
export interface EndedRun {
  readonly state: string;
  readonly message?: string;
  /** Milliseconds that each wait for the API would have taken. */
  readonly slept: readonly number[];
  /** What became of each entity. */
  readonly entities: Readonly<Record<string, { readonly state: string; readonly reasons: readonly string[] }>>;
  /** Counts by entity. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A runtime whose runs read the API that each names. */
export interface DrivenRuntime {
  readonly runtime: TestRuntime;
  /** One run of the real engine. @param killedAfter the batch in which the runtime dies */
  run(shop: Variant, killedAfter?: number): Promise<EndedRun>;
  stored(sql: string): Promise<StoredRow[]>;
  /** The time by the runs' clock, which the shop's own follows. */
  now(): string;
  /** Forgets everything that runs have written. */
  forget(): Promise<void>;
  /** D1 must hold what the API has, and nothing else. Every row keeps its contract. */
  expectEqual(rows: ApiRows): Promise<void>;
  /** The same of an API with rows that do not: of those D1 may hold what was known before, or nothing. */
  expectFollowed(rows: ApiRows): Promise<void>;
}

/** Longer than a lease: a run that died is followed by the next. */
const LEASE_OVER_MILLISECONDS = 120_000;
const TABLES = [
  "users",
  "items",
  "orders",
  "ratings",
  "sync_state",
  "sync_ranges",
  "sync_quarantine",
  "leases",
  "notices",
  "schema_changes",
  "features",
];

function jsonOf(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : {};
}

async function readD1(stored: DrivenRuntime["stored"]): Promise<ReturnType<typeof expectedOf>> {
  const rows = async (sql: string): Promise<[string, unknown][]> =>
    (await stored(sql)).map((row) => [String(row["id"]), JSON.parse(String(row["value"]))]);
  const live = "WHERE deleted_at IS NULL";
  return {
    users: new Map(await rows(`SELECT user_id AS id, json_array(country, json(features)) AS value FROM users ${live}`)),
    items: new Map(
      await rows(
        `SELECT item_id AS id, json_array(name, category, price, stock, json(features)) AS value FROM items ${live}`,
      ),
    ),
    orders: new Map(await rows(`SELECT order_id AS id, json_array(user_id, json(lines)) AS value FROM orders ${live}`)),
    ratings: new Map(
      await rows(`SELECT user_id || '/' || item_id AS id, json_array(rating) AS value FROM ratings ${live}`),
    ),
  };
}

/** @param replica where orders and ratings are, for shops that read them from a database */
export async function driveRuntime(replica?: string): Promise<DrivenRuntime> {
  const runtime = await startRuntime({
    main: "test/sync/http-source/worker.ts",
    ...(replica === undefined ? {} : { replica }),
  });
  let ahead = 0;
  async function stored(sql: string): Promise<StoredRow[]> {
    return (await runtime.env.DB.prepare(sql).all<StoredRow>()).results;
  }
  return {
    runtime,
    stored,
    now: () => new Date(Date.now() + ahead).toISOString(),
    async run(shop, killedAfter) {
      const { body } = await runtime.call("/v1/run", { body: { shop, ahead, killedAfter: killedAfter ?? null } });
      if (killedAfter !== undefined) ahead += LEASE_OVER_MILLISECONDS;
      const [last] = await stored("SELECT entities, counts FROM sync_runs ORDER BY run DESC LIMIT 1");
      return { ...body, entities: jsonOf(last?.["entities"]), counts: jsonOf(last?.["counts"]) };
    },
    async forget() {
      await runtime.env.DB.batch(TABLES.map((table) => runtime.env.DB.prepare(`DELETE FROM ${table}`)));
    },
    async expectFollowed(rows) {
      const ids = async (sql: string): Promise<Set<string>> =>
        new Set((await stored(sql)).map((row) => String(row["id"])));
      const users = await ids("SELECT user_id AS id FROM users");
      const items = await ids("SELECT item_id AS id FROM items");
      const must = expectedOf(rows, { users, items });
      const may = keysOf(rows);
      const found = await readD1(stored);
      for (const entity of ["users", "items", "orders", "ratings"] as const) {
        for (const [id, value] of must[entity])
          expect([entity, id, found[entity].get(id)]).toEqual([entity, id, value]);
        for (const id of found[entity].keys())
          expect([entity, [...may[entity]]]).toEqual([entity, expect.arrayContaining([id])]);
      }
    },
    async expectEqual(rows) {
      expect(await readD1(stored)).toEqual(expectedOf(rows));
    },
  };
}
