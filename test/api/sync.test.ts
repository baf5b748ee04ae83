import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { TEST_SERVERS, type TestServer } from "../support/databases.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { createShop, type ShopDatabase } from "../sync/shop-database.ts";

const NONE = { read: 0, compared: 0, changed: 0, written: 0, deleted: 0, quarantined: 0 };

// Whole runs through the Worker: POST, the Workflow on workerd, Hyperdrive, a real server.
describe.each(TEST_SERVERS)("a sync through the Worker from $dialect", ({ start }) => {
  let server: TestServer | null;
  let shop: ShopDatabase;
  let runtime: TestRuntime;
  let otherKey: string;

  beforeAll(async () => {
    server = await start();
    if (server === null) return;
    shop = await createShop(server);
    runtime = await startRuntime({ replica: shop.url });
    otherKey = await runtime.addKey(["exports:read"]);
  });
  afterAll(async () => {
    await runtime?.close();
    await server?.stop();
  });

  async function sync(): ReturnType<TestRuntime["call"]> {
    const { status, body } = await runtime.call("/v1/sync", { method: "POST" });
    expect(status).toBe(202);
    return eventually(async () => {
      const answer = await runtime.call(`/v1/sync/${body.run_id}`);
      expect(answer.status).toBe(200);
      return ["queued", "running"].includes(answer.body.state) ? null : answer;
    });
  }

  it("writes everything in the first run, nothing in the next, and k rows after k changes", async (test) => {
    if (server === null) return test.skip();
    const first = await sync();
    expect(first.body).toMatchObject({
      state: "complete",
      trigger: "manual",
      error: null,
      progress: { done: 12, total: 12 },
      counts: {
        users: { ...NONE, read: 4, changed: 4, written: 4 },
        items: { ...NONE, read: 3, changed: 3, written: 3 },
        orders: { ...NONE, read: 2, changed: 2, written: 2 },
        ratings: { ...NONE, read: 3, changed: 3, written: 3 },
      },
    });
    const users = await runtime.env.DB.prepare("SELECT user_id, country FROM users ORDER BY user_id").all();
    expect(users.results.map((row) => row["country"])).toEqual(["FR", "US", "AU", "GB"]);

    const second = await sync();
    expect(second.body).toMatchObject({
      state: "complete",
      counts: {
        users: { ...NONE, compared: 4 },
        items: { ...NONE, compared: 3 },
        orders: { ...NONE, compared: 2 },
        ratings: { ...NONE, compared: 3 },
      },
    });
    expect(second.body.counts.vectors).toBeUndefined();

    await shop.sql("UPDATE [products] SET [quantityInStock] = 0 WHERE [productCode] = 'P10_1001'");
    await shop.sql("UPDATE [orderdetails] SET [quantityOrdered] = 31 WHERE [productCode] = 'P18_1003'");
    await shop.sql("DELETE FROM [ratings] WHERE [customerNumber] = 112");
    const third = await sync();
    expect(third.body.counts).toMatchObject({
      users: { ...NONE, compared: 4 },
      items: { ...NONE, compared: 3, read: 3, changed: 1, written: 1 },
      orders: { ...NONE, compared: 2, read: 2, changed: 1, written: 1 },
      ratings: { ...NONE, compared: 2, read: 2, deleted: 1 },
    });
    return undefined;
  });

  it("lists runs, newest first, page by page", async (test) => {
    if (server === null) return test.skip();
    const page = await runtime.call("/v1/sync?limit=2");
    expect(page.body.data.map((run: { run: number }) => run.run)).toEqual([3, 2]);
    const rest = await runtime.call(`/v1/sync?limit=2&cursor=${page.body.next_cursor}`);
    expect(rest.body.data.map((run: { run: number }) => run.run)).toEqual([1]);
    expect(rest.body.next_cursor).toBeNull();
    return undefined;
  });

  it("skips a run while another holds the lease", async (test) => {
    if (server === null) return test.skip();
    await runtime.env.DB.prepare("INSERT INTO leases VALUES ('sync', 'another', ?)")
      .bind(Date.now() + 60_000)
      .run();
    expect((await sync()).body).toMatchObject({ state: "skipped", counts: {} });
    // A holder that died: its time is over, and the next run takes the lease.
    await runtime.env.DB.prepare("UPDATE leases SET expires_at = ?")
      .bind(Date.now() - 1)
      .run();
    expect((await sync()).body).toMatchObject({ state: "complete" });
    expect((await runtime.env.DB.prepare("SELECT * FROM leases").all()).results).toEqual([]);
    return undefined;
  });

  it("leaves out an entity whose table is not there, and reads the others", async (test) => {
    if (server === null) return test.skip();
    await shop.sql("ALTER TABLE [ratings] RENAME TO [grades]");
    expect((await sync()).body).toMatchObject({
      state: "incomplete",
      error: null,
      entities: {
        users: { state: "complete", reasons: [] },
        ratings: { state: "paused", reasons: ["The source has no table ratings, or its user may not read it."] },
      },
    });
    await shop.sql("ALTER TABLE [grades] RENAME TO [ratings]");
    expect((await sync()).body.state).toBe("complete");
    return undefined;
  });

  it.each([
    ["/v1/sync/no-such-run", 404, "not_found"],
    ["/v1/sync/no%20such%20run", 404, "not_found"],
    ["/v1/sync?limit=0", 400, "invalid_request"],
    ["/v1/sync?limit=1000", 400, "invalid_request"],
    ["/v1/sync?cursor=x", 400, "invalid_cursor"],
    ["/v1/sync?what=ever", 400, "unknown_field"],
  ])("answers GET %s with %i %s", async (path, status, code) => {
    if (server === null) return;
    const answer = await runtime.call(path);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it("refuses keys without the scope", async (test) => {
    if (server === null) return test.skip();
    expect((await runtime.call("/v1/sync", { method: "POST", key: null })).status).toBe(401);
    expect((await runtime.call("/v1/sync", { method: "POST", key: "pk_test_shop" })).status).toBe(403);
    expect((await runtime.call("/v1/sync", { key: otherKey })).body.error.code).toBe("insufficient_scope");
    return undefined;
  });

  // Last: the server does not come back.
  it("ends as failed within seconds when the replica is away, in one plain line", async (test) => {
    if (server === null) return test.skip();
    await server.stop();
    const { body } = await sync();
    expect(body.state).toBe("failed");
    expect(body.error).toMatch(/^The (MySQL|PostgreSQL) replica cannot be read: [^\n]+$/);
    expect((await runtime.env.DB.prepare("SELECT * FROM leases").all()).results).toEqual([]);
    return undefined;
  });
});
