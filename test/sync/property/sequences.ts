import { afterAll, beforeAll, expect, it } from "vitest";

import type { TEST_SERVERS, TestServer } from "../../support/databases.ts";
import { eventually, startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { publish, putCompleteRun, putTowerModel } from "../../models/shop.ts";
import { changeShop, fillShop, randomFrom, restoreTables, type ShopState } from "./changes.ts";
import { expectedShop } from "./expected.ts";
import { openWriter, resetShop, type Row, type Writer } from "./shop.ts";

/** Sequences of changes and troubles that are tried instead of a file's own number. */
const WANTED = process.env["ENDCAP_TEST_SEQUENCES"];
const FIRST_SEED = Number(process.env["ENDCAP_TEST_FIRST_SEED"] ?? 1);
/** Longer than a lease: a run that died is followed by the next. */
const LEASE_OVER_MILLISECONDS = 120_000;
const TABLES = ["users", "items", "orders", "ratings", "sync_state", "sync_ranges", "sync_quarantine", "leases"];
const MODEL = "towers";

type Trouble = { kind: "none" } | { kind: "outage" | "killed"; after: number };

/** Any sequence of changes, outages and deaths, read from a real server, ends with D1 and the vectors equal to it. */
export function sequencesEndEqual({ dialect, start }: (typeof TEST_SERVERS)[number], sequences: number): void {
  const count = Number(WANTED ?? sequences);
  let server: TestServer | null;
  let runtime: TestRuntime;
  let writer: Writer;
  let ahead = 0;
  /** Items of all sequences: those that must have a vector, and those that must not. */
  const indexed = new Set<string>();
  const removed = new Set<string>();

  beforeAll(async () => {
    server = await start();
    if (server === null) return;
    const database = await server.createDatabase();
    writer = await openWriter(dialect, database.url);
    await resetShop(writer);
    runtime = await startRuntime({
      replica: database.url,
      main: "test/sync/property/worker.ts",
      shop: "./test/sync/property/shop-config.ts",
    });
    await putCompleteRun(runtime, 1);
    await putTowerModel(runtime, MODEL);
    await publish(runtime, MODEL);
    await runtime.call(`/v1/models/${MODEL}/activate`, { method: "POST" });
  });
  afterAll(async () => {
    await writer?.close();
    await runtime?.close();
    await server?.stop();
  });

  async function run(trouble: Trouble): Promise<{ state: string }> {
    const { body } = await runtime.call("/v1/run", { body: { ahead, trouble } });
    // Whoever died still holds the lease: the next run begins when it is over.
    if (trouble.kind === "killed") ahead += LEASE_OVER_MILLISECONDS;
    return body;
  }

  async function stored(sql: string): Promise<Row[]> {
    return (await runtime.env.DB.prepare(sql).all<Row>()).results;
  }

  async function expectEqual(shop: ShopState): Promise<void> {
    const numbers = new Set(["price", "stock", ...(shop.sizeIsNumber ? ["size"] : [])]);
    for (const row of await writer.rows("SELECT * FROM products LIMIT 1")) {
      for (const name of shop.extra) if (row[name] === "3") numbers.add(name);
    }
    const source = await expectedShop(writer, shop.colour, numbers);
    const users = await stored("SELECT user_id, country, features FROM users WHERE deleted_at IS NULL");
    expect(
      new Map(
        users.map((row) => [row["user_id"], JSON.stringify([row["country"], JSON.parse(row["features"] ?? "")])]),
      ),
    ).toEqual(source.users);

    const items = await stored(
      "SELECT item_id, name, category, price, stock, features FROM items WHERE deleted_at IS NULL",
    );
    const codes = new Set(source.codes);
    for (const row of items) {
      const id = row["item_id"] ?? "";
      expect(codes).toContain(id);
      const good = source.items.get(id);
      const { name, category, price, stock } = row;
      if (good !== undefined) {
        expect(JSON.stringify([name, category, price, stock, JSON.parse(row["features"] ?? "")])).toBe(good);
      }
    }
    const aside = await stored("SELECT row_key FROM sync_quarantine WHERE entity = 'items' ORDER BY row_key");
    expect(aside.map((row) => row["row_key"])).toEqual(
      source.codes.filter((code) => !source.items.has(code)).toSorted(),
    );
    const live = new Set(items.map((row) => row["item_id"] ?? ""));
    for (const id of source.items.keys()) expect(live).toContain(id);
    await expectReferring(source, new Set((await stored("SELECT item_id FROM items")).map((row) => row["item_id"])));

    for (const id of live) indexed.add(id);
    for (const row of await stored("SELECT item_id FROM items WHERE deleted_at IS NOT NULL")) {
      removed.add(row["item_id"] ?? "");
    }
  }

  /** Orders and ratings are what the source says; those that refer to a row that nobody has ever seen may be missing. */
  async function expectReferring(
    source: Awaited<ReturnType<typeof expectedShop>>,
    items: ReadonlySet<string | null | undefined>,
  ): Promise<void> {
    const users = new Set((await stored("SELECT user_id FROM users")).map((row) => row["user_id"]));
    const orders = new Map(
      (await stored("SELECT order_id, user_id, lines FROM orders WHERE deleted_at IS NULL")).map((row) => [
        row["order_id"],
        row,
      ]),
    );
    const ids = new Set(source.orders.map((row) => row["id"]));
    for (const id of orders.keys()) expect(ids).toContain(id);
    for (const { id, customer } of source.orders) {
      const lines = source.lines.filter((line) => line["order_id"] === id);
      if (!users.has(customer) || lines.some((line) => !items.has(line["product"]))) continue;
      const wanted = lines
        .map((line) => `${line["product"]}×${Number(line["quantity"])}`)
        .toSorted()
        .join();
      const order = orders.get(id ?? "");
      const found = (JSON.parse(order?.["lines"] ?? "[]") as { item_id: string; quantity: number }[])
        .map((line) => `${line.item_id}×${line.quantity}`)
        .toSorted()
        .join();
      expect([id, order?.["user_id"], found]).toEqual([id, customer, wanted]);
    }
    const ratings = await stored("SELECT user_id, item_id, rating FROM ratings WHERE deleted_at IS NULL");
    const rated = new Map(ratings.map((row) => [`${row["user_id"]}/${row["item_id"]}`, Number(row["rating"])]));
    const known = new Map(source.ratings.map((row) => [`${row["customer"]}/${row["product"]}`, Number(row["stars"])]));
    for (const pair of rated.keys()) expect([...known.keys()]).toContain(pair);
    for (const { customer, product, stars } of source.ratings) {
      const isGood = users.has(customer) && items.has(product) && Number(stars) >= 1 && Number(stars) <= 5;
      if (isGood)
        expect([customer, product, rated.get(`${customer}/${product}`)]).toEqual([customer, product, Number(stars)]);
    }
  }

  async function trySequence(seed: number): Promise<void> {
    const random = randomFrom(seed);
    const shop: ShopState = {
      seed,
      dialect,
      random,
      colour: "color",
      sizeIsNumber: false,
      added: 0,
      extra: new Set(),
      away: new Set(),
      log: [],
    };
    await resetShop(writer);
    await runtime.env.DB.batch(TABLES.map((table) => runtime.env.DB.prepare(`DELETE FROM ${table}`)));
    try {
      await fillShop(writer, shop);
      for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
        await changeShop(writer, shop);
        const after = Math.floor(random() * 12);
        const trouble: Trouble =
          random() < 0.5 ? { kind: "none" } : { kind: random() < 0.4 ? "outage" : "killed", after };
        shop.log.push(`-- run: ${JSON.stringify(trouble)}`);
        const running = run(trouble);
        // Some changes come while the run reads.
        if (random() < 0.25) await changeShop(writer, shop);
        shop.log.push(`-- ${JSON.stringify(await running)}`);
      }
      await changeShop(writer, shop);
      await restoreTables(writer, shop);
      expect(await run({ kind: "none" })).toMatchObject({ state: "complete" });
      await expectEqual(shop);
    } catch (error) {
      throw new Error(`Sequence ${seed}:\n${shop.log.join("\n")}`, { cause: error });
    }
  }

  it(
    `leaves D1 equal to the source after one quiet run (${count} sequences)`,
    { timeout: count * 5_000 },
    async (test) => {
      if (server === null) return test.skip();
      for (let seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) await trySequence(seed);
      return undefined;
    },
  );

  it("leaves a vector for every item that the source has, and none for others", { timeout: 60_000 }, async (test) => {
    if (server === null) return test.skip();
    const idsOf = (items: ReadonlySet<string>): string[] => [...items].map((item) => `${MODEL}~${item}`);
    const present = async (ids: readonly string[]): Promise<number> => {
      let found = 0;
      for (let start = 0; start < ids.length; start += 20) {
        found += (await runtime.env.VECTOR_INDEX.getByIds(ids.slice(start, start + 20))).length;
      }
      return found;
    };
    expect(indexed.size).toBeGreaterThan(count);
    await eventually(async () => (await present(idsOf(indexed))) === indexed.size);
    expect(await present(idsOf(removed))).toBe(0);
    return undefined;
  });
}
