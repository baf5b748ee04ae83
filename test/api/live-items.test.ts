import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { decodeColumns } from "../../domain/catalogue/binary.ts";
import { LIVE_ITEMS_OBJECT_KEY, type LiveItems, liveItemsSchema } from "../../domain/catalogue/live-items.ts";
import { CONTROL_FRESH_MILLISECONDS } from "../../domain/control/control.ts";
import { item } from "../support/catalogue.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";
import { putSyncedItems, readRow } from "./pushes/synced-rows.ts";

/** What the contract promises of every isolate. */
const EFFECT_MILLISECONDS = 10_000;
/** An answer on a machine with other work to do; what it must not wait for takes several times as long. */
const ANSWER_MILLISECONDS = 1_000;
const COLD_ANSWER_MILLISECONDS = 3_000;

interface Shelf {
  readonly strategy: string;
  readonly items: readonly { readonly item_id: string; readonly item: { readonly price: number } }[];
}

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/api/pushes/push-worker.ts" });
  await openTestShop(runtime);
  const items = Array.from({ length: TEST_SHOP.items }, (_, n) =>
    item(shopItem(n), { category: n % 2 === 0 ? "Cars" : "Ships", price: n + 1, stock: n === 3 ? 0 : 10 }),
  );
  await putSyncedItems(runtime, items);
});
afterAll(() => runtime.close());

async function push(n: number, body: object): Promise<void> {
  const answer = await runtime.call(`/v1/items/${shopItem(n)}`, { method: "PATCH", body });
  expect([answer.status, answer.body.live]).toEqual([200, undefined]);
}

async function shelves(query: string): Promise<Shelf[]> {
  const { status, body } = await runtime.call(`/v1/recommendations?${query}`);
  expect([status, body.degraded]).toEqual([200, null]);
  return body.shelves;
}

async function ids(query: string): Promise<string[]> {
  return (await shelves(query)).flatMap((shelf) => shelf.items.map((entry) => entry.item_id));
}

async function liveObject(): Promise<LiveItems> {
  const object = await runtime.env.RUNTIME.get(LIVE_ITEMS_OBJECT_KEY);
  return liveItemsSchema.parse(await object?.json());
}

describe("an item that is sold out, or hidden, vanishes and comes back", () => {
  // Each shelf that an item can stand on, and an answer whose shelf it leads.
  it.each<[string, number, string]>([
    ["similar to the page's item", 31, `placement=product&item_id=${shopItem(30)}&limit=2`],
    ["bought together", 50, `placement=cart&cart=${shopItem(20)}&limit=1`],
    ["the profile of an anonymous shopper's country", 45, "placement=home&country=DE&limit=1"],
    ["the profile of a known user, whose candidates are remembered", 15, "placement=home&user_id=1&limit=1"],
    ["trending, and what fills a shelf", 0, "placement=home&limit=1"],
    ["what fills a shelf further down", 5, `placement=cart&cart=${shopItem(33)}&limit=10`],
  ])("%s", async (_, n, query) => {
    // Twice: what an isolate or a session remembers is there.
    for (const _time of [1, 2]) expect(await ids(query)).toContain(shopItem(n));
    await push(n, { stock: 0 });
    expect(await ids(query)).not.toContain(shopItem(n));
    await push(n, { stock: 5 });
    expect(await ids(query)).toContain(shopItem(n));
    await push(n, { hidden: true });
    expect(await ids(query)).not.toContain(shopItem(n));
    await push(n, { hidden: false });
    expect(await ids(query)).toContain(shopItem(n));
  });

  it("also from one shelf of similar items", async () => {
    const similar = async (): Promise<string[]> => {
      const { body } = await runtime.call(`/v1/items/${shopItem(40)}/similar?limit=2`);
      return body.items.map((entry: { item_id: string }) => entry.item_id);
    };
    expect(await similar()).toContain(shopItem(41));
    await push(41, { stock: 0 });
    expect(await similar()).not.toContain(shopItem(41));
    await push(41, { stock: null });
    expect(await similar()).toContain(shopItem(41));
  });
});

it("a pushed price is shown, and filters go by it", async () => {
  const query = `placement=product&item_id=${shopItem(24)}&limit=2`;
  const priceOf = async (): Promise<number | undefined> =>
    (await shelves(query))[0]?.items.find((entry) => entry.item_id === shopItem(25))?.item.price;
  expect(await priceOf()).toBe(26);
  await push(25, { price: 4.5 });
  expect(await priceOf()).toBe(4.5);
  expect(await ids(`${query}&filter=max_price:5`)).toContain(shopItem(25));
  expect(await ids(`${query}&filter=min_price:20`)).not.toContain(shopItem(25));
});

describe("an isolate that made no push itself", () => {
  const query = `placement=product&item_id=${shopItem(35)}&limit=2`;
  const entry = (stock: number): LiveItems["items"][number] => [shopItem(36), 9_000, 37, stock, false];

  it("learns of it within seconds, without a restart, and of the next one too", async () => {
    expect(await ids(query)).toContain(shopItem(36));
    for (const stock of [0, 5]) {
      const { items } = await liveObject();
      const others = items.filter(([itemId]) => itemId !== shopItem(36));
      await runtime.env.RUNTIME.put(
        LIVE_ITEMS_OBJECT_KEY,
        JSON.stringify({ format: 1, through: 9_000, items: [...others, entry(stock)] }),
      );
      await eventually(async () => (await ids(query)).includes(shopItem(36)) === stock > 0, EFFECT_MILLISECONDS);
    }
    await runtime.env.RUNTIME.delete(LIVE_ITEMS_OBJECT_KEY);
  }, 40_000);

  it.each(["failing", "slow"])("goes on with what it knows while reading is %s, and answers as fast", async (reads) => {
    await push(36, { stock: 0 });
    await runtime.call(`/v1/reads?are=${reads}`);
    await sleep(CONTROL_FRESH_MILLISECONDS);
    const from = Date.now();
    expect(await ids(query)).not.toContain(shopItem(36));
    expect(Date.now() - from).toBeLessThan(ANSWER_MILLISECONDS);
    await runtime.call("/v1/reads?are=fine");
    await push(36, { stock: 5 });
    expect(await ids(query)).toContain(shopItem(36));
  });
});

it("an isolate that has just begun waits for control.json, and not for what was pushed", async () => {
  const cold = await startRuntime({ main: "test/api/pushes/push-worker.ts" });
  try {
    await openTestShop(cold);
    await cold.call("/v1/reads?are=slow");
    const from = Date.now();
    expect((await cold.call("/v1/recommendations?placement=home&limit=1")).status).toBe(200);
    expect(Date.now() - from).toBeLessThan(COLD_ANSWER_MILLISECONDS);
  } finally {
    await cold.close();
  }
});

describe("writing the object", () => {
  it("is tried again when R2 refuses it, and when another isolate was faster", async () => {
    for (const ends of ["refused", "raced", "raced,refused"]) {
      await runtime.call(`/v1/ends?are=${ends}`);
      await push(55, { price: ends.length });
      const { through, items } = await liveObject();
      const row = await readRow(runtime, "item_pushes", shopItem(55));
      expect(through).toBeGreaterThanOrEqual(Number(row?.["seq"]));
      expect(items.find(([itemId]) => itemId === shopItem(55))?.[2]).toBe(ends.length);
      // Nor does the slower of two writers undo what the faster one wrote.
      if (ends.startsWith("raced")) expect(items.find(([itemId]) => itemId === shopItem(58))?.[2]).toBe(777);
    }
  });

  it("may fail for good: the push is kept, the answer says so, and the next push brings it along", async () => {
    await runtime.call(`/v1/ends?are=${Array.from({ length: 5 }, () => "refused").join(",")}`);
    const { status, body } = await runtime.call(`/v1/items/${shopItem(56)}`, { method: "PATCH", body: { price: 3 } });
    expect([status, body.price, body.live]).toEqual([200, 3, false]);
    expect((await liveObject()).items.map(([itemId]) => itemId)).not.toContain(shopItem(56));
    await push(57, { price: 4 });
    expect((await liveObject()).items.map(([itemId]) => itemId)).toContain(shopItem(56));
  });

  it("knows of a push that came when it had looked at D1 already", async () => {
    await runtime.call("/v1/ends?are=late");
    const first = push(52, { price: 5 });
    await sleep(200);
    await push(53, { price: 6 });
    const prices = new Map((await liveObject()).items.map(([itemId, , price]) => [itemId, price]));
    expect([prices.get(shopItem(52)), prices.get(shopItem(53))]).toEqual([5, 6]);
    await first;
  });

  it("is shared by the pushes of an isolate that come together", async () => {
    await runtime.call("/v1/writes");
    await Promise.all(Array.from({ length: 50 }, (_, n) => push(n, { price: 1_000 + n })));
    expect((await runtime.call("/v1/writes")).body).toBeLessThanOrEqual(10);
    const prices = new Map((await liveObject()).items.map(([itemId, , price]) => [itemId, price]));
    for (let n = 0; n < 50; n++) expect(prices.get(shopItem(n))).toBe(1_000 + n);
  });
});

it("a user's pushed features reach an open session of theirs with the next answer", async () => {
  const query = "placement=home&user_id=2&limit=1";
  expect(await ids(query)).toContain(shopItem(45));
  const body = { features: { city: "Paris" }, country: "France" };
  expect((await runtime.call("/v1/users/2", { method: "PUT", body })).status).toBe(200);
  expect(await ids(query)).toContain(shopItem(15));
  // A user of whom nothing was known, with a session all the same.
  const unknown = "placement=home&user_id=fresh&limit=1";
  expect(await ids(unknown)).not.toContain(shopItem(45));
  expect((await runtime.call("/v1/users/fresh", { method: "PUT", body: { features: {}, country: "DE" } })).status).toBe(
    201,
  );
  expect(await ids(unknown)).toContain(shopItem(45));
});

// Last: the snapshot that it publishes is not the test shop's any more.
it("a snapshot holds what was pushed before it, and the object lets go of it with the next one", async () => {
  await push(10, { stock: 0 });
  const body = { name: "New", category: "Cars", price: 1 };
  expect((await runtime.call("/v1/items/brand-new", { method: "PUT", body })).status).toBe(201);
  const { version } = (await runtime.call("/v1/publish?run=1")).body;
  const snapshot = await runtime.env.RUNTIME.get(`catalogue/${version}/items.bin`);
  const seq = (await readRow(runtime, "item_pushes", "brand-new"))?.["seq"];
  expect(decodeColumns((await snapshot?.arrayBuffer()) ?? new ArrayBuffer(0)).meta).toMatchObject({ pushSeq: seq });
  const offered = async (): Promise<string[]> => ids(`placement=checkout&country=JP&limit=50&explain=true`);
  const served = async (): Promise<string> =>
    (await runtime.call("/v1/recommendations?placement=home&explain=true")).body.explain.catalogue;
  await eventually(async () => (await served()) === version, EFFECT_MILLISECONDS);
  expect(await offered()).not.toContain(shopItem(10));
  expect(await offered()).toContain("brand-new");
  // An isolate may still serve the snapshot before this one: what came after that one stays until the next.
  expect((await liveObject()).items.map(([itemId]) => itemId)).toContain(shopItem(10));
  await push(11, { stock: 0 });
  await runtime.call("/v1/publish?run=2");
  expect((await liveObject()).items.map(([itemId]) => itemId)).toEqual([shopItem(11)]);
  expect(await offered()).not.toContain(shopItem(11));
  await runtime.call("/v1/publish?run=3");
  const { items, through } = await liveObject();
  expect(items).toEqual([]);
  expect(through).toBe((await readRow(runtime, "item_pushes", shopItem(11)))?.["seq"]);
  await push(10, { stock: 5 });
  expect(await offered()).toContain(shopItem(10));
});
