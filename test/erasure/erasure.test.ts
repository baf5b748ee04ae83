import { afterAll, beforeAll, expect, it } from "vitest";

import { postgresServer, type TestServer } from "../support/databases.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";
import { createShop, type ShopDatabase } from "../sync/shop-database.ts";
import { everythingKept, placesWith } from "./everything.ts";
import {
  becomeCustomer,
  flushAll,
  keepLetters,
  OTHER,
  PERSON,
  placesOf,
  shop,
  syncNow,
  textsOf,
  untilArrived,
} from "./shop-with-person.ts";
import { lakeRows, sumsOf } from "./sums.ts";

let server: TestServer;
let database: ShopDatabase;
let runtime: TestRuntime;
beforeAll(async () => {
  const found = await postgresServer();
  if (found === null) throw new Error("PGlite stands in where there is no server");
  server = found;
  database = await createShop(server);
  runtime = await startRuntime({
    main: "test/erasure/later-worker.ts",
    vars: { SESSION_CONFIRM_MILLISECONDS: "1000" },
  });
  await openTestShop(runtime);
}, 120_000);
afterAll(async () => {
  await runtime.close();
  await server.stop();
});

async function erase(userId: string): Promise<Record<string, unknown>> {
  const { status, body } = await runtime.call(`/v1/users/${userId}`, { method: "DELETE" });
  expect({ status, body }).toEqual({ status: 202, body: { erasure_id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  return eventually(async () => {
    const answer = await runtime.call(`/v1/users/${userId}/erasure`);
    expect(answer.status).toBe(200);
    expect(answer.body.erasure_id).toBe(body.erasure_id);
    if (answer.body.state === "failed") throw new Error(JSON.stringify(answer.body));
    return answer.body.state === "complete" && answer.body;
  }, 120_000);
}

it(
  "erases a person from everything that is kept, leaves all sums, and does not touch anybody else",
  { timeout: 300_000 },
  async () => {
    for (const one of [PERSON, OTHER]) {
      await becomeCustomer(database, one);
      await shop(runtime, one);
    }
    await syncNow(runtime, database);
    await keepLetters(runtime, [PERSON, OTHER]);
    await untilArrived(runtime, [PERSON, OTHER]);
    const before = await everythingKept(runtime);
    const places = placesWith(before, textsOf(runtime, PERSON));
    for (const place of [
      "D1 users",
      "D1 user_pushes",
      "D1 orders",
      "D1 ratings",
      "D1 user_versions",
      "D1 sync_quarantine",
      "D1 sync_ranges",
      "LAKE events/",
      "LAKE orders/",
      "LAKE recommendations/",
      "LAKE quarantine/source=events/",
      "LAKE quarantine/source=features/",
      "LAKE dead-letters/queue=events/",
      "LAKE dead-letters/queue=served/",
      "SHOPPER_SESSION",
      "INTERACTION_LEDGER",
    ]) {
      expect(
        places.some((one) => one.startsWith(place)),
        `${place} holds the person before`,
      ).toBe(true);
    }
    const sums = await sumsOf(runtime);
    const others = placesWith(before, textsOf(runtime, OTHER));

    const erased = await erase(PERSON.userId);
    const kept = await everythingKept(runtime);
    expect(placesOf(runtime, kept, PERSON)).toEqual([]);
    expect(await sumsOf(runtime)).toEqual(sums);
    expect(erased).toMatchObject({
      state: "complete",
      removed: {
        sessions: 2,
        ledger: { orders: 2 },
        database: { users: 1, pushes: 1, orders: 1, ratings: 1 },
        dead_letters: { records: 2, files: 2 },
      },
    });
    const stillThere = placesWith(kept, textsOf(runtime, OTHER)).filter((place) => !place.startsWith("LAKE "));
    expect(stillThere).toEqual(others.filter((place) => !place.startsWith("LAKE ")));
    const [theirs] = textsOf(runtime, OTHER).slice(-2);
    expect((await lakeRows(runtime, "events")).filter((row) => row["shopper"] === theirs)).toHaveLength(5);
  },
);

it("keeps nothing new of an erased person, whoever brings it", { timeout: 120_000 }, async () => {
  const { userId } = PERSON;
  const push = await runtime.call(`/v1/users/${userId}`, { method: "PUT", body: { features: { city: "Brest" } } });
  expect(push).toMatchObject({ status: 409, body: { error: { code: "user_erased" } } });
  const users = [
    { user_id: userId, features: { city: "Brest" } },
    { user_id: "112", features: { city: "Reno" } },
  ];
  const pushes = await runtime.call("/v1/users", { method: "PUT", body: { users } });
  expect(pushes.body).toMatchObject({ accepted: 1, rejected: [{ index: 0, user_id: userId, code: "user_erased" }] });

  const events = [{ event_id: "again-1", name: "view_item", params: { items: [{ item_id: "P10_1001" }] } }];
  const sent = await runtime.call("/v1/events", { body: { user_id: userId, events } });
  expect(sent).toMatchObject({ status: 202, body: { accepted: 1 } });
  const answer = await runtime.call("/v1/recommendations", {
    body: { user_id: userId, placement: "home", explain: true },
  });
  expect(answer.status).toBe(200);
  expect(answer.body.shelves.length).toBeGreaterThan(0);
  expect(answer.body.explain).toMatchObject({
    personal: false,
    known: { interactions: 0, purchases: 0, features: [] },
  });

  await database.sql(`UPDATE [customers] SET [city] = 'Nantes' WHERE [customerNumber] = ${userId}`);
  await database.sql(`INSERT INTO [orders] VALUES (30009, '2026-05-09', 'Shipped', ${userId})`);
  await database.sql("INSERT INTO [orderdetails] VALUES (30009, 'P10_1002', 1, 199.90)");
  await database.sql(`INSERT INTO [orders] VALUES (30010, '2026-05-09', 'Shipped', ${userId})`);
  await database.sql("INSERT INTO [orderdetails] VALUES (30010, 'P10_1002', -1, 199.90)");
  await syncNow(runtime, database);
  await flushAll(runtime);
  const sold = await runtime.env.DB.prepare("SELECT user_id FROM orders WHERE order_id IN ('30001', '30009')").all();
  expect(sold.results).toEqual([{ user_id: "" }, { user_id: "" }]);
  const counted = await runtime.env.DB.prepare(
    "SELECT sum(quantity) AS quantity, sum(revenue) AS revenue FROM hourly_items WHERE item_id = 'P10_1002'",
  ).first();
  expect(counted).toEqual({ quantity: 1, revenue: 199.9 });
  const { counts } = (await runtime.env.DB.prepare("SELECT counts FROM sync_runs ORDER BY run DESC LIMIT 1").first<{
    counts: string;
  }>()) ?? { counts: "{}" };
  expect(JSON.parse(counts)).toMatchObject({ users: { erased: 1 }, orders: { erased: 3 } });

  expect(placesOf(runtime, await everythingKept(runtime), PERSON)).toEqual([]);
});

it("erases also what is on its way when they ask: in sessions, queues and journals", { timeout: 120_000 }, async () => {
  const hurried = {
    userId: "736451928",
    clientId: "browser-of-the-hurried-01",
    word: "tellinghurried",
    eventId: "event-of-seven",
    orders: { replica: 30_011, storefront: "web-of-seven" },
  };
  await becomeCustomer(database, hurried);
  await shop(runtime, hurried);
  await erase(hurried.userId);
  await syncNow(runtime, database);
  await flushAll(runtime);
  expect(placesOf(runtime, await everythingKept(runtime), hurried)).toEqual([]);
  const [sold] = (await lakeRows(runtime, "events")).filter((row) => row["transaction_id"] === "web-of-seven");
  expect(sold).toMatchObject({ name: "purchase", shopper_kind: "one_off" });
});

it("erases somebody who is not known, answers about nobody else, and refuses what is no id", async () => {
  expect((await runtime.call("/v1/users/nobody-asked/erasure")).status).toBe(404);
  expect(await erase("never-seen")).toMatchObject({ removed: { sessions: 1, lake: { rows: 0 } } });
  expect((await runtime.call(`/v1/users/${"x".repeat(129)}`, { method: "DELETE" })).status).toBe(400);
  expect((await runtime.call("/v1/users/103", { method: "DELETE", key: "pk_test_shop" })).status).toBe(403);
}, 60_000);
