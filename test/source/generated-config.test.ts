import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { inspectDatabase } from "../../scripts/source/inspect.ts";
import { parseAddress } from "../../scripts/source/read/address.ts";
import { writeConfig } from "../../scripts/source/write/write-config.ts";
import { TEST_SERVERS, type TestServer } from "../support/databases.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { fill } from "./databases.ts";

const SCHEMA = join(import.meta.dirname, "../../domain/config/schema.ts");

const folder = mkdtempSync(join(tmpdir(), "endcap-generated-"));
const servers = new Map<TestServer["dialect"], TestServer>();
beforeAll(async () => {
  for (const { dialect, start } of TEST_SERVERS) {
    const server = await start();
    if (server !== null) servers.set(dialect, server);
  }
});
afterAll(async () => {
  for (const server of servers.values()) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes the configuration that the database is guessed to need, and starts a Worker with it. */
async function startWithGuess(url: string, name: string): Promise<TestRuntime> {
  const { database, guess } = await inspectDatabase(parseAddress(url), [], () => undefined);
  const shop = join(folder, `${name}.config.ts`);
  writeFileSync(shop, writeConfig(database, guess).replace("./domain/config/schema.ts", SCHEMA));
  return startRuntime({ replica: url, main: "test/sync/property/worker.ts", shop });
}

async function rowsOf(runtime: TestRuntime, sql: string): Promise<unknown[]> {
  return (await runtime.env.DB.prepare(sql).all()).results;
}

/** One run of the sync over all that the configuration names. */
async function runSync(runtime: TestRuntime): Promise<void> {
  const { body } = await runtime.call("/v1/run", { body: { ahead: 0, trouble: { kind: "none" } } });
  expect(body).toMatchObject({ state: "complete" });
}

const FIRST_ITEM = "SELECT name, category, price, stock, hidden FROM items ORDER BY item_id LIMIT 1";

it.each([
  {
    shop: "BOUTIQUE",
    dialect: "postgres",
    item: { name: "Desk lamp", category: "Lamps", price: 49.9, stock: 7, hidden: 0 },
    ratings: [{ rating: 4 }],
  },
  {
    shop: "BAZAAR",
    dialect: "mysql",
    item: { name: "Kettle", category: "kitchen", price: 30, stock: 4, hidden: 0 },
    ratings: [],
  },
] as const)("what was guessed of $shop in $dialect reads all of it, and sets no row aside", async (expected) => {
  const server = servers.get(expected.dialect);
  if (server === undefined) return;
  const { url } = await fill(await server.createDatabase(), expected.shop);
  const runtime = await startWithGuess(url, expected.shop);
  try {
    await runSync(runtime);
    expect(await rowsOf(runtime, "SELECT * FROM sync_quarantine")).toEqual([]);
    expect(await rowsOf(runtime, FIRST_ITEM)).toEqual([expected.item]);
    expect(await rowsOf(runtime, "SELECT cancelled FROM orders")).toEqual([{ cancelled: 0 }]);
    expect(await rowsOf(runtime, "SELECT rating FROM ratings")).toEqual(expected.ratings);
  } finally {
    await runtime.close();
  }
});

describe("what was guessed of a kiosk", () => {
  let runtime: TestRuntime | null = null;
  beforeAll(async () => {
    const server = servers.get("mysql");
    if (server === undefined) return;
    const { url } = await fill(await server.createDatabase(), "KIOSK");
    runtime = await startWithGuess(url, "KIOSK");
    await runSync(runtime);
  });
  afterAll(async () => runtime?.close());

  it("finds the category behind a key of the items' own table", async ({ skip }) => {
    if (runtime === null) return skip();
    const item = { name: "Salt", category: "Herbs", price: 2.5, stock: null, hidden: 0 };
    expect(await rowsOf(runtime, FIRST_ITEM)).toEqual([item]);
  });

  // Fails until entitySource (workers/workflows/sync) reads both the orders' and the lines' columns of such a table.
  it("finds orders that are their only line", async ({ skip }) => {
    if (runtime === null) return skip();
    expect(await rowsOf(runtime, "SELECT * FROM sync_quarantine")).toEqual([]);
  });
});
