import { afterAll, beforeAll, expect, it } from "vitest";

import { CONTROL_OBJECT_KEY, controlSchema } from "../../domain/control/control.ts";
import { postgresServer, type TestServer } from "../support/databases.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { createShop, type ShopDatabase } from "../sync/shop-database.ts";
import { publish, putTowerModel } from "./shop.ts";

// Whole runs: the source, the Workflow on workerd, three models that have to be ready.
let server: TestServer;
let shop: ShopDatabase;
let runtime: TestRuntime;

const NEW_ITEM = "P24_2001";

async function sync(): Promise<void> {
  const { body } = await runtime.call("/v1/sync", { method: "POST" });
  await eventually(async () => {
    const { state } = (await runtime.call(`/v1/sync/${body.run_id}`)).body;
    if (["failed", "incomplete"].includes(state)) throw new Error(`The sync is ${state}.`);
    return state === "complete";
  });
}

async function recommended(): Promise<string[]> {
  const { body } = await runtime.call("/v1/recommendations?placement=home&country=FR&limit=10");
  expect(body.model_version).toBe("active");
  return body.shelves.flatMap(({ items }: { items: { item_id: string }[] }) => items.map(({ item_id }) => item_id));
}

/** Which of the versions have a vector of the item. */
async function versionsWith(itemId: string): Promise<string[]> {
  const ids = ["active", "previous", "shadow", "bystander"].map((version) => `${version}~${itemId}`);
  const stored = await runtime.env.VECTOR_INDEX.getByIds(ids);
  return stored.map(({ id }) => id.slice(0, id.indexOf("~"))).sort();
}

beforeAll(async () => {
  const found = await postgresServer();
  if (found === null) throw new Error("PGlite stands in where there is no server");
  server = found;
  shop = await createShop(server);
  runtime = await startRuntime({ replica: shop.url });
  await sync();
  for (const version of ["previous", "active", "shadow", "bystander"]) {
    await putTowerModel(runtime, version, {
      item_tower: {
        encoders: [
          { kind: "category", feature: "category", vocabulary: ["Motorcycles", "Ships"], table: "categories" },
        ],
        layers: [],
        normalize: false,
      },
    });
    expect(await publish(runtime, version)).toMatchObject({ state: "indexed", problems: [] });
  }
  const object = await runtime.env.RUNTIME.get(CONTROL_OBJECT_KEY);
  const control = controlSchema.parse(await object?.json());
  const model = { active: "active", previous: "previous", shadow: { version: "shadow", share: 0.5 } };
  await runtime.env.RUNTIME.put(CONTROL_OBJECT_KEY, JSON.stringify({ ...control, model }));
  await eventually(async () => (await recommended().catch(() => [])).length > 0);
});
afterAll(async () => {
  await runtime?.close();
  await server?.stop();
});

it("an item that appears in the source is recommended after that sync, and known to previous and shadow model", async () => {
  expect(await recommended()).not.toContain(NEW_ITEM);
  await shop.sql(`INSERT INTO [products] VALUES
    ('${NEW_ITEM}', '1972 Nordvik Cutter', 'Ships', '1:24', 'Workshop B', 'Rigged by hand', 12, 40.00, 90.00)`);
  await sync();
  await eventually(async () => (await versionsWith(NEW_ITEM)).join() === "active,previous,shadow");
  await eventually(async () => (await recommended()).includes(NEW_ITEM));
  const { objects } = await runtime.env.RUNTIME.list({ prefix: "catalogue/" });
  const newest = objects
    .map(({ key }) => key.split("/")[1] ?? "")
    .sort()
    .at(-1);
  const parts = objects.filter(({ key }) => key.split("/")[1] === newest).map(({ key }) => key.split("/")[2]);
  expect(parts.toSorted((a = "", b = "") => (a < b ? -1 : 1))).toEqual([
    "items.bin",
    "vectors-active.bin",
    "vectors-previous.bin",
    "vectors-shadow.bin",
  ]);
});

it("an item that the source withdraws is recommended no more, and in no model's index", async () => {
  await shop.sql(`DELETE FROM [products] WHERE [productCode] = '${NEW_ITEM}'`);
  await sync();
  await eventually(async () => (await versionsWith(NEW_ITEM)).length === 0);
  await eventually(async () => !(await recommended()).includes(NEW_ITEM));
});

it("a model that nobody followed catches up when it is prepared", async () => {
  await shop.sql(`INSERT INTO [products] VALUES
    ('P24_2002', '1980 Nordvik Ketch', 'Ships', '1:24', 'Workshop B', 'Rigged by hand', 12, 40.00, 90.00)`);
  await sync();
  expect(await versionsWith("P24_2002")).not.toContain("bystander");
  const { id } = await runtime.env.MODEL_WORKFLOW.create({ params: { version: "bystander", action: "prepare" } });
  await eventually(async () => (await (await runtime.env.MODEL_WORKFLOW.get(id)).status()).status === "complete");
  // No waiting here: it is complete when queries see the vectors.
  expect(await versionsWith("P24_2002")).toContain("bystander");
  await eventually(async () => {
    const { objects } = await runtime.env.RUNTIME.list({ prefix: "catalogue/" });
    return objects.some(
      ({ key }) => key.endsWith("/vectors-bystander.bin") && key.includes(objects.at(-1)?.key.split("/")[1] ?? "-"),
    );
  });
});
