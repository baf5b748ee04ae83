import { afterAll, beforeAll, expect, it } from "vitest";

import config from "../../endcap.config.ts";
import { acquireLease } from "../../platform/d1/lease-store.ts";
import { erasePositions } from "../../platform/d1/erased-positions.ts";
import { eraseUserRows } from "../../platform/d1/erasure-store.ts";
import { rememberErased } from "../../platform/d1/erased-user-store.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { dataSecret } from "../../platform/quarantine/seal.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { runSync } from "../../workers/workflows/sync/run-sync.ts";
import { workerServices } from "../../workers/workflows/sync/worker-services.ts";
import { postgresServer, type TestServer } from "../support/databases.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { createShop, type ShopDatabase } from "../sync/shop-database.ts";

/** So few that the users make several ranges, whose bounds are keys. */
const PAGE_ROWS = 4;
const CUSTOMERS = Array.from({ length: 20 }, (_, number) => 7_770_001 + number);

let server: TestServer;
let shop: ShopDatabase;
let runtime: TestRuntime;
beforeAll(async () => {
  const found = await postgresServer();
  if (found === null) throw new Error("PGlite stands in where there is no server");
  server = found;
  shop = await createShop(server);
  runtime = await startRuntime();
  for (const customer of CUSTOMERS) {
    await shop.sql(`INSERT INTO [customers] VALUES (${customer}, 'Somebody', 'Brest', '29200', 'France', 100)`);
    await shop.sql(`INSERT INTO [ratings] VALUES (${customer}, 'P10_1001', 4), (${customer}, 'P10_1002', 3)`);
  }
});
afterAll(async () => {
  await runtime.close();
  await server.stop();
});

async function sync(): Promise<void> {
  const paged = { ...config, sync: { ...config.sync, pageRows: PAGE_ROWS } };
  const services = {
    ...workerServices(runtime.env, paged),
    openSource: () => openReplica(shop.url, config.sync.statementSeconds),
  };
  const step = { do: <Value>(_name: string, work: () => Promise<Value>): Promise<Value> => work() };
  const ended = await runSync(services, step, { runId: crypto.randomUUID(), trigger: "manual" }, async () => undefined);
  expect(ended).toMatchObject({ state: "complete" });
}

async function books(): Promise<string> {
  const ranges = await runtime.env.DB.prepare("SELECT * FROM sync_ranges").all();
  const states = await runtime.env.DB.prepare("SELECT * FROM sync_state").all();
  return JSON.stringify([ranges.results, states.results]);
}

async function known(): Promise<unknown[]> {
  const { results } = await runtime.env.DB.prepare(
    "SELECT user_id FROM users WHERE deleted_at IS NULL ORDER BY user_id",
  ).all();
  return results.map((row) => row["user_id"]);
}

it(
  "forgets where the sync's reading was divided and where it ended, and does not learn it anew",
  { timeout: 120_000 },
  async () => {
    await sync();
    const pseudonym = pseudonymizer(dataSecret(runtime.env));
    const { DB } = runtime.env;
    // Whoever is at a bound by chance, and the newest of all.
    const bounds = await DB.prepare(
      "SELECT upto_key ->> 0 AS id FROM sync_ranges WHERE entity = 'users' AND upto_key IS NOT NULL",
    ).all();
    const ids = [...new Set([...bounds.results.map((row) => String(row["id"])), String(CUSTOMERS.at(-1))])].filter(
      (id) => id.startsWith("777"),
    );
    expect(ids.length).toBeGreaterThan(2);
    const lease = { name: "sync", holder: "test" };
    expect(await acquireLease(DB, lease.name, lease.holder, new Date(), 60)).toBe(true);
    for (const id of ids) {
      await rememberErased(DB, pseudonym(`u:${id}`), Date.now());
      await eraseUserRows(DB, id);
      await erasePositions(DB, id, lease);
    }
    await DB.prepare("DELETE FROM leases").run();
    for (const id of ids) expect(await books()).not.toContain(id);
    await sync();
    for (const id of ids) expect(await books()).not.toContain(id);
    await shop.sql("UPDATE [customers] SET [city] = 'Nantes'");
    await shop.sql("DELETE FROM [customers] WHERE [customerNumber] = 114");
    await sync();
    for (const id of ids) expect(await books()).not.toContain(id);
    const others = [...CUSTOMERS.map(String).filter((id) => !ids.includes(id)), "103", "112", "9"].sort();
    expect(await known()).toEqual(others);
    const cities = await DB.prepare(
      "SELECT DISTINCT features ->> 'city' AS city FROM users WHERE deleted_at IS NULL",
    ).all();
    expect(cities.results).toEqual([{ city: "Nantes" }]);
  },
);
