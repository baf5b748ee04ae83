import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { padToIndex } from "../../domain/models/vector-index.ts";
import { waitUntilVisible } from "../../platform/vector-index/wait-until-visible.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { itIsAVectorIndex } from "./contract.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

describe("the local stand-in", () => {
  itIsAVectorIndex(async () => ({ index: runtime.env.VECTOR_INDEX, visibleWithinMilliseconds: 5_000 }));

  it("does not show a write at once", async () => {
    const index = runtime.env.VECTOR_INDEX;
    const probe = { id: "late", values: [...padToIndex([1])] };
    const { mutationId } = await index.upsert([probe]);
    expect(await index.getByIds(["late"])).toEqual([]);
    expect(await waitUntilVisible(index, { mutationId, probe }, 5_000)).toBe(true);
    expect(await index.getByIds(["late"])).toEqual([probe]);
  });

  it("shows a write as visible although a later one has been processed meanwhile", async () => {
    const index = runtime.env.VECTOR_INDEX;
    const probe = { id: "overtaken", values: [...padToIndex([1])] };
    const { mutationId } = await index.upsert([probe]);
    const later = { id: "later", values: [...padToIndex([1])] };
    await waitUntilVisible(index, { ...(await index.upsert([later])), probe: later }, 5_000);
    expect(await waitUntilVisible(index, { mutationId, probe }, 0)).toBe(true);
  });

  it("gives up on a write that never comes", async () => {
    const probe = { id: "never", values: [...padToIndex([1])] };
    expect(await waitUntilVisible(runtime.env.VECTOR_INDEX, { mutationId: "never", probe }, 0)).toBe(false);
  });

  it("keeps vectors, and writes that are not visible yet, when the object is evicted", async () => {
    const index = runtime.env.VECTOR_INDEX;
    const probe = { id: "kept", values: [...padToIndex([0, 7])], namespace: "kept" };
    const { mutationId } = await index.upsert([probe]);
    await evict();
    expect(await waitUntilVisible(index, { mutationId, probe }, 5_000)).toBe(true);
    await evict();
    expect(await index.query(padToIndex([0, 1]), { topK: 5, namespace: "kept" })).toEqual({
      count: 1,
      matches: [{ id: "kept", score: 7, namespace: "kept" }],
    });
  });
});

async function evict(): Promise<void> {
  await runtime.harness.getWorker().evictDurableObject("LOCAL_VECTOR_STORE", { name: "index" });
}
