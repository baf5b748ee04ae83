import { expect, it } from "vitest";

import {
  padToIndex,
  type StoredVector,
  VECTOR_INDEX_DIMENSIONS,
  type VectorIndex,
  type VectorMutation,
} from "../../domain/models/vector-index.ts";

/** An index under test, and how long its writes may take to be seen. */
export interface IndexUnderTest {
  readonly index: VectorIndex;
  readonly visibleWithinMilliseconds: number;
  /** Most vectors that one call may write. */
  readonly upsertMaxVectors: number;
}

async function until<Value>(milliseconds: number, look: () => Promise<Value | undefined>): Promise<Value> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`Not visible within ${milliseconds} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * What Endcap relies on in a vector index. Every implementation passes it: the local stand-in, and a real Vectorize
 * index (64 dimensions, dot product) when its credentials are given. Ids and namespaces are unique for a run, since a
 * real index outlives it; nobody else writes meanwhile.
 */
export function itIsAVectorIndex(open: () => Promise<IndexUnderTest>): void {
  const run = `t${Date.now().toString(36)}`;
  const vector = (id: string, values: number[], namespace = `${run}-a`): StoredVector => ({
    id: `${run}~${id}`,
    values: [...padToIndex(values)],
    namespace,
  });
  const idsOf = ({ matches }: { matches: { id: string }[] }): string[] =>
    matches.map(({ id }) => id.slice(run.length + 1));
  const settled = async ({ index, visibleWithinMilliseconds }: IndexUnderTest, { mutationId }: VectorMutation) =>
    until(visibleWithinMilliseconds, async () => {
      const { processedUpToMutation } = await index.describe();
      return processedUpToMutation === mutationId ? true : undefined;
    });

  it("ranks one namespace by dot product, not by angle", async () => {
    const opened = await open();
    const { index } = opened;
    await settled(
      opened,
      await index.upsert([
        vector("long", [3, 1]),
        vector("aligned", [1, 0]),
        vector("opposite", [-5, 0]),
        vector("elsewhere", [100, 0], `${run}-b`),
      ]),
    );
    const found = await index.query(padToIndex([1, 0]), { topK: 3, namespace: `${run}-a` });
    expect(idsOf(found)).toEqual(["long", "aligned", "opposite"]);
    expect(found.count).toBe(3);
    found.matches.forEach(({ score }, place) => expect(score).toBeCloseTo([3, 1, -5][place] ?? NaN, 2));
  });

  it("takes ordinary arrays of numbers too, and answers with at most topK", async () => {
    const { index } = await open();
    expect(idsOf(await index.query([...padToIndex([1, 0])], { topK: 1, namespace: `${run}-a` }))).toEqual(["long"]);
  });

  it("searches all namespaces when none is named", async () => {
    const { index } = await open();
    expect(idsOf(await index.query(padToIndex([1, 0]), { topK: 1 }))).toEqual(["elsewhere"]);
  });

  it("finds the neighbours of a stored vector, itself first among its equals", async () => {
    const { index } = await open();
    const found = await index.queryById(`${run}~long`, { topK: 2, namespace: `${run}-a` });
    expect(idsOf(found)).toEqual(["long", "aligned"]);
  });

  it("has no neighbours for an id that it does not know", async () => {
    const { index } = await open();
    const ask = async () => index.queryById(`${run}~unknown`, { topK: 2 });
    expect((await ask().catch(() => ({ matches: [] }))).matches).toEqual([]);
  });

  it("gives stored vectors back, unknown ids left out, and values with matches on request", async () => {
    const { index } = await open();
    const [stored, ...more] = await index.getByIds([`${run}~long`, `${run}~unknown`]);
    expect(more).toEqual([]);
    expect(stored).toMatchObject({ id: `${run}~long`, namespace: `${run}-a` });
    expect(Array.from(stored?.values ?? [])).toEqual([...padToIndex([3, 1])]);
    const found = await index.query(padToIndex([1, 0]), { topK: 1, namespace: `${run}-a`, returnValues: true });
    expect(Array.from(found.matches[0]?.values ?? [])).toEqual([...padToIndex([3, 1])]);
  });

  it("insert leaves what is there, upsert replaces it", async () => {
    const opened = await open();
    const { index } = opened;
    await settled(opened, await index.insert([vector("long", [9, 9]), vector("inserted", [2, 0])]));
    const scoreOf = async (id: string): Promise<number | undefined> => {
      const found = await index.query(padToIndex([1, 0]), { topK: 10, namespace: `${run}-a` });
      return found.matches.find((match) => match.id === `${run}~${id}`)?.score;
    };
    expect(await scoreOf("long")).toBeCloseTo(3, 2);
    expect(await scoreOf("inserted")).toBeCloseTo(2, 2);
    await settled(opened, await index.upsert([vector("inserted", [4, 0])]));
    expect(await scoreOf("inserted")).toBeCloseTo(4, 2);
  });

  it("knows an id once, whatever the namespace", async () => {
    const opened = await open();
    const { index } = opened;
    await settled(opened, await index.upsert([vector("aligned", [1, 0], `${run}-b`)]));
    const left = await index.query(padToIndex([1, 0]), { topK: 10, namespace: `${run}-a` });
    expect(idsOf(left)).not.toContain("aligned");
    expect(idsOf(await index.query(padToIndex([1, 0]), { topK: 10, namespace: `${run}-b` }))).toContain("aligned");
  });

  it("forgets what is deleted, and does not mind unknown ids", async () => {
    const opened = await open();
    const { index } = opened;
    await settled(opened, await index.deleteByIds([`${run}~long`, `${run}~unknown`]));
    expect(await index.getByIds([`${run}~long`])).toEqual([]);
    expect(idsOf(await index.query(padToIndex([1, 0]), { topK: 10, namespace: `${run}-a` }))).not.toContain("long");
  });

  it("describes itself", async () => {
    const { index } = await open();
    const { dimensions, vectorCount } = await index.describe();
    expect(dimensions).toBe(VECTOR_INDEX_DIMENSIONS);
    expect(vectorCount).toBeGreaterThan(0);
  });

  it.each<[string, (index: VectorIndex) => Promise<unknown>]>([
    ["a query of another dimension", (index) => index.query([1, 2, 3])],
    ["a vector of another dimension", (index) => index.upsert([{ id: `${run}~short`, values: [1, 2, 3] }])],
    ["an id of more than 64 bytes", (index) => index.upsert([{ ...vector("x", [1]), id: "é".repeat(33) }])],
    ["a namespace of more than 64 bytes", (index) => index.upsert([vector("x", [1], "n".repeat(65))])],
    ["topK over 100", (index) => index.query(padToIndex([1]), { topK: 101 })],
    ["topK over 20 with values", (index) => index.query(padToIndex([1]), { topK: 100, returnValues: true })],
    ["reading more than 20 ids", (index) => index.getByIds(Array.from({ length: 21 }, (_, n) => `${run}~${n}`))],
    ["deleting more than 100 ids", (index) => index.deleteByIds(Array.from({ length: 101 }, (_, n) => `${run}~${n}`))],
  ])("refuses %s", async (_, call) => {
    const { index } = await open();
    // The harness's stub throws at once, a binding rejects: both are refusals.
    await expect((async () => call(index))()).rejects.toThrow();
  });

  it("refuses more vectors than one call may write", async () => {
    const { index, upsertMaxVectors } = await open();
    const tooMany = Array.from({ length: upsertMaxVectors + 1 }, (_, n) => vector(`n${n}`, [1]));
    await expect((async () => index.upsert(tooMany))()).rejects.toThrow();
  });

  it("is left as it was found", async () => {
    const opened = await open();
    const ids = ["long", "aligned", "opposite", "elsewhere", "inserted"].map((id) => `${run}~${id}`);
    await settled(opened, await opened.index.deleteByIds(ids));
    expect(await opened.index.getByIds(ids)).toEqual([]);
  });
}
