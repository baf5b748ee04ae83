import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Interaction } from "../../domain/events/interaction.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

function interaction(event_id: string, rest: Partial<Interaction> = {}): Interaction {
  const at = Date.UTC(2026, 10, 21);
  return {
    event_id,
    name: "view_item",
    shopper: "u:1",
    at,
    received_at: at,
    items: [{ item_id: "a" }],
    params: {},
    ...rest,
  };
}

const ledger = (name: string) => runtime.env.INTERACTION_LEDGER.getByName(name);
const rowsOf = async (name: string, sql: string) => {
  const storage = await runtime.harness.getWorker<Env>().getDurableObjectStorage("INTERACTION_LEDGER", { name });
  return storage.exec(sql);
};

describe("append", () => {
  it("counts an event once: within a batch and across batches", async () => {
    const name = "once";
    const batch = [interaction("1"), interaction("2"), interaction("1")];
    expect(await ledger(name).append(batch)).toEqual({ appended: 2, duplicates: 1 });
    expect(await ledger(name).append(batch)).toEqual({ appended: 0, duplicates: 3 });
    expect(await ledger(name).append([...batch, interaction("3")])).toEqual({ appended: 1, duplicates: 3 });
    expect(await ledger(name).totals("u:1")).toMatchObject([{ item_id: "a", views: 3 }]);
  });

  it("keeps totals per shopper and item, by kind", async () => {
    const at = (second: number) => ({ at: Date.UTC(2026, 10, 21, 0, 0, second) });
    const order = { items: [{ item_id: "a", quantity: 2, price: 10 }], params: { transaction_id: "t" } };
    await ledger("kinds").append([
      interaction("1", at(1)),
      interaction("2", { name: "add_to_cart", ...at(2) }),
      interaction("3", { name: "remove_from_cart", ...at(3) }),
      interaction("4", { name: "purchase", ...order, ...at(4) }),
      interaction("5", { name: "rate_item", params: { rating: 4 }, ...at(6) }),
      interaction("6", { name: "rate_item", params: { rating: 1 }, ...at(5) }),
      interaction("7", { name: "add_to_wishlist", ...at(6) }),
      interaction("8", { shopper: "u:2" }),
    ]);
    await ledger("kinds").append([
      interaction("9", { name: "refund", items: [{ item_id: "a", quantity: 1, price: 10 }], ...at(7) }),
      interaction("10", { name: "rate_item", params: { rating: 2 }, ...at(0) }),
    ]);
    expect(await ledger("kinds").totals("u:1")).toEqual([
      {
        shopper: "u:1",
        item_id: "a",
        views: 1,
        carts: 1,
        removals: 1,
        purchases: 1,
        others: 1,
        quantity: 1,
        revenue: 10,
        rating: 4,
        rated_at: at(6).at,
        last_at: at(7).at,
      },
    ]);
    expect(await ledger("kinds").totals("u:2")).toMatchObject([{ views: 1 }]);
  });

  it("never lets a list that was looked past touch the totals", async () => {
    const shelf = interaction("1", { name: "view_item_list", recommendation_id: "r" });
    expect(await ledger("lists").append([shelf])).toEqual({ appended: 1, duplicates: 0 });
    expect(await ledger("lists").totals("u:1")).toEqual([]);
  });

  it("writes one journal row for a whole batch, holding only what was new", async () => {
    await ledger("journal").append([interaction("1"), interaction("2")]);
    await ledger("journal").append([interaction("2")]);
    await ledger("journal").append([interaction("2"), interaction("3")]);
    const rows = await rowsOf("journal", "SELECT sequence, events FROM journal ORDER BY sequence");
    expect(rows).toEqual([
      { sequence: 1, events: 2 },
      { sequence: 2, events: 1 },
    ]);
  });

  it("takes a batch that is larger than one text of SQLite may be", async () => {
    const params = { note: "x".repeat(4_000) };
    const batch = Array.from({ length: 1_000 }, (_, n) => interaction(`large-${n}`, { params }));
    expect(await ledger("large").append(batch)).toEqual({ appended: 1_000, duplicates: 0 });
    expect(await ledger("large").totals("u:1")).toMatchObject([{ views: 1_000 }]);
  });
});

it("names the ids that it never took, in the order asked", async () => {
  await ledger("missing").append([interaction("1"), interaction("3")]);
  expect(await ledger("missing").missing(["0", "1", "2", "3"])).toEqual(["0", "2"]);
  expect(await ledger("missing").missing([])).toEqual([]);
});

it("refuses to start when a migration that ran was changed", async () => {
  await rowsOf("changed", "UPDATE migrations SET fingerprint = 'of another past'");
  await runtime.harness.getWorker<Env>().evictDurableObject("INTERACTION_LEDGER", { name: "changed" });
  await expect((async () => ledger("changed").missing([]))()).rejects.toThrow("append-only");
});

describe("the events queue", () => {
  it("counts a message once that is delivered twice", async () => {
    const interactions = [interaction("q-1", { shopper: "u:queue" }), interaction("q-2", { shopper: "u:other" })];
    await runtime.env.EVENTS_QUEUE.send({ format: 1, interactions });
    await runtime.env.EVENTS_QUEUE.send({ format: 1, interactions });
    await runtime.env.EVENTS_QUEUE.send({ format: 1, interactions: [interaction("q-3", { shopper: "u:queue" })] });
    const shards = Array.from({ length: Number(runtime.env.LEDGER_SHARDS) }, (_, n) => `shard-${n}`);
    const totals = await eventually(async () => {
      const all = await Promise.all(
        shards.flatMap((name) => ["u:queue", "u:other"].map((shopper) => ledger(name).totals(shopper))),
      );
      const views = all.flat().map((entry) => [entry.shopper, entry.views]);
      return views.length === 2 && Object.fromEntries(views);
    });
    expect(totals).toEqual({ "u:queue": 2, "u:other": 1 });
  });
});
