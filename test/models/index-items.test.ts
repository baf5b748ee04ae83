import { afterAll, beforeAll, expect, it } from "vitest";

import { padToIndex } from "../../domain/models/vector-index.ts";
import { readModel } from "../../platform/d1/models.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { publish, putCompleteRun, putItems, putTowerModel } from "./shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/models/indexing-worker.ts" });
});
afterAll(() => runtime.close());

/** What a sync run calls at its end. */
async function indexChangedItems(throughRun: number): Promise<unknown> {
  return (await runtime.call(`/v1/index?through=${throughRun}`)).body;
}

/** Waits until these are the items of the model's namespace, and no others. */
async function expectIndexed(expected: readonly string[]): Promise<void> {
  await eventually(async () => {
    const { matches } = await runtime.env.VECTOR_INDEX.query([...padToIndex([1, 1])], { topK: 100, namespace: "m1" });
    return JSON.stringify(matches.map(({ id }) => id.slice("m1~".length)).sort()) === JSON.stringify(expected);
  });
}

it("writes nothing while no model is active", async () => {
  await putItems(runtime, [{ itemId: "car", category: "Cars", run: 1 }]);
  expect(await indexChangedItems(1)).toEqual({ written: 0, deleted: 0 });
});

it("a new model's vectors are those of the last complete run", async () => {
  await putCompleteRun(runtime, 1);
  await putTowerModel(runtime, "m1");
  await publish(runtime, "m1");
  expect((await readModel(runtime.env.DB, "m1"))?.indexedThroughRun).toBe(1);
  await runtime.call("/v1/models/m1/activate", { method: "POST" });
  await expectIndexed(["car"]);
  // The activation starts a sync, which has no replica here; what follows are runs after it.
  await eventually(async () =>
    runtime.env.DB.prepare("SELECT 1 FROM sync_runs WHERE state = 'failed'").first<number>(),
  );
});

it("writes what a run changed, deletes what it deleted, and nothing the second time", async () => {
  await putItems(runtime, [
    { itemId: "ship", category: "Ships", run: 12 },
    { itemId: "kite", category: "Kites", run: 12 },
    { itemId: "car", category: "Cars", run: 12, deleted: true },
  ]);
  expect(await indexChangedItems(12)).toEqual({ written: 2, deleted: 1 });
  await expectIndexed(["kite", "ship"]);
  expect(await indexChangedItems(12)).toEqual({ written: 0, deleted: 0 });
  expect(await indexChangedItems(13)).toEqual({ written: 0, deleted: 0 });
  // A run that was repeated late does not turn the books back.
  expect(await indexChangedItems(1)).toEqual({ written: 0, deleted: 0 });
  expect((await readModel(runtime.env.DB, "m1"))?.indexedThroughRun).toBe(13);
});

it("replaces the vector of an item that changed", async () => {
  await putItems(runtime, [{ itemId: "kite", category: "Cars", run: 14 }]);
  expect(await indexChangedItems(14)).toEqual({ written: 1, deleted: 0 });
  await eventually(async () => {
    const [kite] = await runtime.env.VECTOR_INDEX.getByIds(["m1~kite"]);
    return kite?.values[0] === 1 && kite.values[1] === 0;
  });
});

it("goes through more items than one write to the index takes", async () => {
  const many = Array.from({ length: 1_101 }, (_, n) => ({ itemId: `item-${n}`, category: "Cars", run: 15 }));
  await putItems(runtime, many);
  expect(await indexChangedItems(15)).toEqual({ written: 1_101, deleted: 0 });
  await eventually(async () => (await runtime.env.VECTOR_INDEX.describe()).vectorCount === 1_103);
  await putItems(
    runtime,
    many.map((item) => ({ ...item, run: 16, deleted: true })),
  );
  expect(await indexChangedItems(16)).toEqual({ written: 0, deleted: 1_101 });
  await eventually(async () => (await runtime.env.VECTOR_INDEX.describe()).vectorCount === 2);
  await expectIndexed(["kite", "ship"]);
});
