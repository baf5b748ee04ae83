import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { item } from "../support/catalogue.ts";
import { putRun, putSyncedItems, readRow, readState } from "./pushes/synced-rows.ts";

let runtime: TestRuntime;
let itemsKey: string;
let usersKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  itemsKey = await runtime.addKey(["items:write"]);
  usersKey = await runtime.addKey(["users:write"]);
});
afterAll(() => runtime.close());

const patch = (id: string, body: unknown) =>
  runtime.call(`/v1/items/${encodeURIComponent(id)}`, { method: "PATCH", body });
const put = (path: string, body: unknown) => runtime.call(path, { method: "PUT", body });
const whole = { name: "Model", category: "Cars", price: 20 };

/** An item of the source under an id of its own, so that tests do not see each other's. */
async function synced(id: string, rest: Parameters<typeof item>[1] = {}): Promise<string> {
  await putSyncedItems(runtime, [item(id, { stock: 10, features: { maker: "M", year: 1962 }, ...rest })]);
  return id;
}

describe("PATCH /v1/items/:id", () => {
  it("answers with the item as it now is, and leaves what it does not name", async () => {
    const id = await synced("S10/1 é", { publicValues: { maker: "M" } });
    const { status, body } = await patch(id, { stock: 0, price: 9.5 });
    expect(status).toBe(200);
    expect(body).toEqual({
      item_id: id,
      name: `Name of ${id}`,
      category: "Cars",
      price: 9.5,
      stock: 0,
      hidden: false,
      image: null,
      url: null,
      features: { maker: "M", year: 1962 },
    });
    expect(await readRow(runtime, "items", id)).toMatchObject({
      stock: 0,
      row_hash: "hash",
      public_values: { maker: "M" },
    });
  });

  it("keeps with each field what the source said, through any number of pushes", async () => {
    const id = await synced("history", { price: 117.44 });
    await patch(id, { stock: 5 });
    await patch(id, { stock: null, hidden: true });
    await patch(id, { price: 99 });
    const row = await readRow(runtime, "item_pushes", id);
    expect(row?.["fields"]).toMatchObject({
      stock: { value: null, sourceValue: 10 },
      hidden: { value: true, sourceValue: false },
      price: { value: 99, sourceValue: 117.44 },
    });
  });

  it.each([
    [2.7, 2],
    [-4, 0],
    [null, null],
  ])("stores a stock of %s as the sync would: %s", async (stock, stored) => {
    const id = await synced("pieces");
    expect((await patch(id, { stock })).body.stock).toBe(stored);
  });

  it("is 404 for an item that is not known, or that the source has deleted, and stores nothing", async () => {
    const gone = await synced("gone");
    await runtime.env.DB.prepare("UPDATE items SET deleted_at = 1 WHERE item_id = ?").bind(gone).run();
    for (const id of ["nobody", gone]) {
      const { status, body } = await patch(id, { stock: 1 });
      expect([status, body.error.code]).toEqual([404, "not_found"]);
      expect(await readRow(runtime, "item_pushes", id)).toBeNull();
    }
  });
});

describe("PUT /v1/items/:id", () => {
  it("makes a new item, which is the source's in nothing", async () => {
    const body = {
      ...whole,
      image: "/a.svg",
      features: { maker: "M", productScale: "1:18", productVendor: null, 'it\'s "odd"': true },
    };
    const created = await put("/v1/items/new", body);
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      item_id: "new",
      ...whole,
      stock: null,
      hidden: false,
      image: "/a.svg",
      url: null,
      features: body.features,
    });
    // Without `public` shoppers see what the configuration marks public.
    const publicValues = { productScale: "1:18", productVendor: null };
    expect(await readRow(runtime, "items", "new")).toMatchObject({ row_hash: "", public_values: publicValues });
    const row = await readRow(runtime, "item_pushes", "new");
    for (const field of Object.values(row?.["fields"] ?? {})) expect(field).toMatchObject({ sourceValue: null });
    await patch("new", { hidden: true });
    const changed = await readRow(runtime, "item_pushes", "new");
    expect(changed?.["fields"]).toMatchObject({ hidden: { value: true, sourceValue: null } });
  });

  it("changes a known item, which keeps what it leaves out", async () => {
    const id = await synced("known", { image: "/old.svg", publicValues: { maker: "M" } });
    const { status, body } = await put(`/v1/items/${id}`, {
      ...whole,
      stock: 3,
      features: { maker: "N" },
      public: ["maker"],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...whole, stock: 3, image: "/old.svg", features: { maker: "N", year: 1962 } });
    expect(await readRow(runtime, "items", id)).toMatchObject({ row_hash: "hash", public_values: { maker: "N" } });
    const row = await readRow(runtime, "item_pushes", id);
    expect(row?.["fields"]).toMatchObject({
      public_values: { value: '{"maker":"N"}', sourceValue: '{"maker":"M"}' },
      "feature:maker": { value: "N", sourceValue: "M" },
    });
  });

  it("makes an item live again that the source had deleted, with nothing of what it was", async () => {
    const id = await synced("revived", { stock: 4, image: "/old.svg" });
    await runtime.env.DB.prepare("UPDATE items SET deleted_at = 1 WHERE item_id = ?").bind(id).run();
    const { status, body } = await put(`/v1/items/${id}`, whole);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...whole, stock: null, image: null, features: {} });
    expect(await readRow(runtime, "items", id)).toMatchObject({ row_hash: "", deleted_at: null });
    const row = await readRow(runtime, "item_pushes", id);
    expect(row?.["fields"]).toMatchObject({ name: { value: "Model", sourceValue: null } });
    expect((await patch(id, { stock: 1 })).status).toBe(200);
  });
});

describe("PUT /v1/users/:id", () => {
  it("makes a user, then changes what it names", async () => {
    const created = await put("/v1/users/new", { features: { city: "Nantes", country: "France", creditLimit: 5 } });
    expect([created.status, created.body]).toEqual([201, { user_id: "new" }]);
    // The column from which the sync reads the country says it here too.
    expect(await readRow(runtime, "users", "new")).toMatchObject({
      country: "FR",
      features: { city: "Nantes", country: "France", creditLimit: 5 },
      row_hash: "",
    });
    expect((await put("/v1/users/new", { features: { city: null }, country: "germany" })).status).toBe(200);
    expect(await readRow(runtime, "users", "new")).toMatchObject({
      country: "DE",
      features: { city: null, country: "France", creditLimit: 5 },
    });
    await put("/v1/users/new", { features: {}, country: null });
    expect(await readRow(runtime, "users", "new")).toMatchObject({ country: null });
  });

  it("takes of a person only what the configuration names", async () => {
    const { status, body } = await put("/v1/users/private", { features: { city: "Nantes", phone: "1" } });
    expect([status, body.error.code]).toEqual([400, "invalid_request"]);
    expect(body.error.message).toContain("phone");
    expect(body.error.message).toContain("only kept when the configuration names it");
    expect(await readRow(runtime, "users", "private")).toBeNull();
  });
});

describe("many at once", () => {
  it("one that is refused leaves the others alone", async () => {
    await putSyncedItems(runtime, [item("m1", { stock: 10 }), item("m2", { stock: 10, price: 3 })]);
    const { status, body } = await runtime.call("/v1/items", {
      method: "PATCH",
      body: {
        items: [
          { item_id: "m1", stock: 1, price: 4 },
          { item_id: "m1", price: -1 },
          { item_id: "unknown", stock: 1 },
          { item_id: "m2", stock: 2, colour: "red" },
          "m2",
          { item_id: "m2", hidden: true },
          // The later word about the same item wins, field by field.
          { item_id: "m1", hidden: true, stock: 7 },
        ],
      },
    });
    expect(status).toBe(200);
    expect(body.accepted).toBe(3);
    const refused = body.rejected.map((one: Record<string, unknown>) => [one["index"], one["item_id"], one["code"]]);
    expect(refused).toEqual([
      [1, "m1", "invalid_request"],
      [2, "unknown", "not_found"],
      [3, "m2", "unknown_field"],
      [4, null, "invalid_request"],
    ]);
    for (const one of body.rejected) expect(one.message.length).toBeGreaterThan(10);
    expect(await readRow(runtime, "items", "m1")).toMatchObject({ stock: 7, hidden: 1, price: 4 });
    expect(await readRow(runtime, "items", "m2")).toMatchObject({ stock: 10, hidden: 1, price: 3 });
  });

  it("takes 1,000 items of a statement's size each, and 1,000 users", async () => {
    const features = { text: "x".repeat(2_000) };
    const items = Array.from({ length: 1_000 }, (_, n) => ({ item_id: `bulk-${n}`, ...whole, features }));
    expect((await put("/v1/items", { items })).body).toEqual({ accepted: 1_000, rejected: [] });
    expect(await readRow(runtime, "items", "bulk-999")).toMatchObject({ name: "Model", features });
    const users = Array.from({ length: 1_000 }, (_, n) => ({ user_id: `bulk-${n}`, features: { city: `City ${n}` } }));
    expect((await put("/v1/users", { users })).body).toEqual({ accepted: 1_000, rejected: [] });
    expect(await readRow(runtime, "users", "bulk-999")).toMatchObject({ features: { city: "City 999" } });
  });

  it("refuses a user's features one by one", async () => {
    const users = [
      { user_id: "u1", features: { city: "Nantes" } },
      { user_id: "u2", features: { phone: "1" } },
      { user_id: "u3", features: {}, country: "Atlantis" },
    ];
    const { body } = await put("/v1/users", { users });
    expect(body.accepted).toBe(1);
    expect(body.rejected.map((one: Record<string, unknown>) => [one["index"], one["user_id"]])).toEqual([
      [1, "u2"],
      [2, "u3"],
    ]);
  });
});

describe("fifty pushes at once", () => {
  it("all take effect, and nothing of what they say about one item is lost", async () => {
    const own = Array.from({ length: 25 }, (_, n) => item(`many-${n}`, { stock: 100 }));
    await putSyncedItems(runtime, [...own, item("one", { stock: 100, price: 100 })]);
    const before = Number(await readState(runtime, "push_seq"));
    const answers = await Promise.all([
      ...own.map(({ itemId }, n) => patch(itemId, { stock: n })),
      ...Array.from({ length: 10 }, (_, n) => patch("one", { stock: n })),
      ...Array.from({ length: 10 }, (_, n) => patch("one", { price: n })),
      ...Array.from({ length: 5 }, () => patch("one", { hidden: true })),
    ]);
    expect(answers.map(({ status, body }) => [status, body.live])).toEqual(answers.map(() => [200, undefined]));
    for (let n = 0; n < 25; n++) expect(await readRow(runtime, "items", `many-${n}`)).toMatchObject({ stock: n });
    const one = await readRow(runtime, "items", "one");
    expect(one).toMatchObject({ hidden: 1 });
    expect(one?.["stock"]).toBeLessThan(10);
    expect(one?.["price"]).toBeLessThan(10);
    const pushed = await readRow(runtime, "item_pushes", "one");
    expect(pushed?.["fields"]).toMatchObject({
      stock: { value: one?.["stock"], sourceValue: 100 },
      price: { value: one?.["price"], sourceValue: 100 },
      hidden: { value: true, sourceValue: false },
    });
    expect(await readState(runtime, "push_seq")).toBe(before + 50);
    // What every isolate reads knows all of them.
    const live = await (
      await runtime.env.RUNTIME.get("live-items.json")
    )?.json<{ through: number; items: unknown[][] }>();
    expect(live?.through).toBe(before + 50);
    const ids = new Set(live?.items.map(([id]) => id));
    for (const { itemId } of own) expect(ids).toContain(itemId);
  });
});

describe("what follows from rows", () => {
  it("finds a push that came while a run was at work, and passed the row before it", async () => {
    await putRun(runtime, 7);
    const id = await synced("followed");
    await patch(id, { price: 1 });
    // Run 7 says "through 7" whenever it ends: a row of run 8 is what the next followers still have to read.
    expect(await readRow(runtime, "items", id)).toMatchObject({ changed_run: 8 });
    expect(await readState(runtime, "changed_run")).toBe(8);
    await putRun(runtime, 8);
    await put("/v1/items/followed-too", whole);
    expect(await readRow(runtime, "items", "followed-too")).toMatchObject({ changed_run: 9 });
    expect(await readState(runtime, "changed_run")).toBe(9);
  });

  it("is never told of a smaller run, nor of a push that changed nothing", async () => {
    await runtime.env.DB.prepare("UPDATE sync_state SET value = '50' WHERE name = 'changed_run'").run();
    await patch(await synced("marker"), { price: 1 });
    expect(await readState(runtime, "changed_run")).toBe(50);
    await runtime.env.DB.prepare("UPDATE sync_state SET value = '1' WHERE name = 'changed_run'").run();
    await patch("unknown", { price: 1 });
    expect(await readState(runtime, "changed_run")).toBe(1);
  });

  it("numbers pushes upwards even when the one with the greatest number is dropped", async () => {
    const id = await synced("counted");
    await patch(id, { price: 1 });
    const first = (await readRow(runtime, "item_pushes", id))?.["seq"];
    await runtime.env.DB.prepare("DELETE FROM item_pushes").run();
    await patch(id, { price: 2 });
    expect((await readRow(runtime, "item_pushes", id))?.["seq"]).toBe(Number(first) + 1);
  });
});

describe("a bad push is a clear 4xx in the one envelope", () => {
  const features = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));
  const item0 = "/v1/items/x";
  it.each<[string, string, string, unknown, number, string]>([
    ["nothing to change", "PATCH", item0, {}, 400, "invalid_request"],
    ["an unknown field", "PATCH", item0, { stock: 1, name: "x" }, 400, "unknown_field"],
    ["a stock in words", "PATCH", item0, { stock: "1" }, 400, "invalid_request"],
    ["a negative price", "PATCH", item0, { price: -1 }, 400, "invalid_request"],
    ["no price", "PATCH", item0, { price: null }, 400, "invalid_request"],
    ["hidden as a number", "PATCH", item0, { hidden: 1 }, 400, "invalid_request"],
    ["a list", "PATCH", item0, [], 400, "invalid_request"],
    ["malformed JSON", "PATCH", item0, "{", 400, "invalid_json"],
    ["an id that is too long", "PATCH", `/v1/items/${"x".repeat(129)}`, { stock: 1 }, 400, "invalid_request"],
    ["an id of control characters", "PATCH", "/v1/items/a%00", { stock: 1 }, 400, "invalid_request"],
    ["an item without a name", "PUT", item0, { category: "Cars", price: 1 }, 400, "invalid_request"],
    ["an item with an empty name", "PUT", item0, { ...whole, name: " " }, 400, "invalid_request"],
    ["an item without a category", "PUT", item0, { name: "x", price: 1 }, 400, "invalid_request"],
    ["an item without a price", "PUT", item0, { name: "x", category: "Cars" }, 400, "invalid_request"],
    ["a name that is too long", "PUT", item0, { ...whole, name: "x".repeat(2_001) }, 400, "invalid_request"],
    ["a picture that is a script", "PUT", item0, { ...whole, image: "javascript:alert(1)" }, 400, "invalid_request"],
    ["a feature that is an object", "PUT", item0, { ...whole, features: { a: {} } }, 400, "invalid_request"],
    [
      "a feature that is too long",
      "PUT",
      item0,
      { ...whole, features: { a: "x".repeat(2_001) } },
      400,
      "invalid_request",
    ],
    ["too many features", "PUT", item0, { ...whole, features: features(201) }, 400, "invalid_request"],
    [
      "a feature that the configuration excludes",
      "PUT",
      item0,
      { ...whole, features: { buyPrice: 1 } },
      400,
      "invalid_request",
    ],
    ["a public feature that is none", "PUT", item0, { ...whole, public: ["a"] }, 400, "invalid_request"],
    ["an unknown field", "PUT", item0, { ...whole, colour: "red" }, 400, "unknown_field"],
    ["an oversize body", "PUT", item0, { ...whole, name: "x".repeat(600_000) }, 413, "body_too_large"],
    ["no items", "PATCH", "/v1/items", { items: [] }, 400, "invalid_request"],
    ["1,001 items", "PATCH", "/v1/items", { items: Array.from({ length: 1_001 }, () => 1) }, 400, "invalid_request"],
    ["an unknown field beside the items", "PUT", "/v1/items", { items: [1], x: 1 }, 400, "unknown_field"],
    ["a user without features", "PUT", "/v1/users/x", {}, 400, "invalid_request"],
    ["an unknown country", "PUT", "/v1/users/x", { features: {}, country: "Atlantis" }, 400, "invalid_request"],
    ["an unknown field of a user", "PUT", "/v1/users/x", { features: {}, name: "x" }, 400, "unknown_field"],
    ["1,001 users", "PUT", "/v1/users", { users: Array.from({ length: 1_001 }, () => 1) }, 400, "invalid_request"],
  ])("%s (%s)", async (_, method, path, body, status, code) => {
    const answer = await runtime.call(path, { method, body });
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error.message.length).toBeGreaterThan(10);
    expect(answer.body.error.requestId).toEqual(expect.any(String));
    expect(await readRow(runtime, "item_pushes", "x")).toBeNull();
    expect(await readRow(runtime, "user_pushes", "x")).toBeNull();
  });

  it.each<[string, string, string]>([
    ["PATCH", "/v1/items/x", "items"],
    ["PUT", "/v1/items/x", "items"],
    ["PATCH", "/v1/items", "items"],
    ["PUT", "/v1/items", "items"],
    ["PUT", "/v1/users/x", "users"],
    ["PUT", "/v1/users", "users"],
  ])("%s %s is for a secret key with the scope %s:write", async (method, path, of) => {
    const codeWith = async (key: string | null): Promise<unknown> =>
      (await runtime.call(path, { method, body: {}, key })).body.error.code;
    expect(await codeWith(null)).toBe("missing_key");
    expect(await codeWith(TEST_KEYS.publishable)).toBe("secret_key_required");
    expect(await codeWith(of === "items" ? usersKey : itemsKey)).toBe("insufficient_scope");
    expect(await codeWith(of === "items" ? itemsKey : usersKey)).toBe("invalid_request");
  });
});
