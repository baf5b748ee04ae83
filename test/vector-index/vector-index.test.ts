import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { padToIndex, VECTOR_UPSERT_MAX_VECTORS } from "../../domain/models/vector-index.ts";
import { waitUntilVisible } from "../../platform/vector-index/wait-until-visible.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { itIsAVectorIndex } from "./contract.ts";
import { REST_UPSERT_MAX_VECTORS, vectorizeFromEnvironment, vectorizeOverRest } from "./vectorize-rest.ts";

const vectorize = vectorizeFromEnvironment();
if (vectorize !== undefined) {
  // Minutes, since every write is waited for: Vectorize shows it after some seconds.
  describe("Vectorize itself", { timeout: 180_000 }, () => {
    itIsAVectorIndex(async () => ({
      index: vectorizeOverRest(vectorize),
      visibleWithinMilliseconds: 150_000,
      upsertMaxVectors: REST_UPSERT_MAX_VECTORS,
    }));
  });
}

describe("the local stand-in", () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await startRuntime();
  });
  afterAll(() => runtime.close());
  const evict = (): Promise<void> =>
    runtime.harness.getWorker().evictDurableObject("LOCAL_VECTOR_STORE", { name: "index" });

  itIsAVectorIndex(async () => ({
    index: runtime.env.VECTOR_INDEX,
    visibleWithinMilliseconds: 5_000,
    upsertMaxVectors: VECTOR_UPSERT_MAX_VECTORS,
  }));

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
