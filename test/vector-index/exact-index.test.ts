import * as fc from "fast-check";
import { expect, it } from "vitest";

import { ExactIndex } from "../../platform/vector-index/exact-index.ts";
import { Nearest } from "../../platform/vector-index/nearest.ts";

const DIMENSIONS = 4;

it("keeps the best of many, best first, the earlier one of equals", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 })), fc.integer({ min: 1, max: 10 }), (scores, limit) => {
      const nearest = new Nearest(limit);
      scores.forEach((score, place) => nearest.offer(String(place), score));
      const sorted = scores.map((score, place) => ({ id: String(place), score })).sort((a, b) => b.score - a.score);
      expect(nearest.ranked()).toEqual(sorted.slice(0, limit));
    }),
  );
});

// What an index must amount to: a map from id to namespace and vector.
const command = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  namespace: fc.constantFrom("x", "y"),
  vector: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS }),
  remove: fc.boolean(),
});

it("holds and finds what a map of vectors would, whatever is put, moved and removed", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const index = new ExactIndex(DIMENSIONS);
      const model = new Map<string, { namespace: string; values: Float32Array }>();
      for (const { id, namespace, vector, remove } of commands) {
        const values = Float32Array.from(vector);
        if (remove) {
          index.remove(id);
          model.delete(id);
        } else {
          index.put(id, namespace, values);
          model.set(id, { namespace, values });
        }
      }
      expect(index.size).toBe(model.size);
      for (const id of ["a", "b", "c", "d", "e"]) {
        expect(index.get(id)).toEqual(model.get(id));
        expect(index.has(id)).toBe(model.has(id));
      }
      for (const namespace of ["x", "y", undefined]) {
        const found = index.search(Float32Array.of(1, 2, 3, 4), 10, namespace);
        const expected = [...model]
          .filter(([, stored]) => namespace === undefined || stored.namespace === namespace)
          .map(([id, { values }]) => ({
            id,
            score: values.reduce((sum, value, column) => sum + value * (column + 1), 0),
          }));
        const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
        expect([...found].sort(byId)).toEqual([...expected].sort(byId));
        expect(found.map(({ score }) => score)).toEqual(expected.map(({ score }) => score).sort((a, b) => b - a));
      }
    }),
  );
});

it("grows beyond its first capacity without losing a vector", () => {
  const index = new ExactIndex(DIMENSIONS);
  for (let n = 0; n < 1_000; n++) index.put(`v${n}`, "x", Float32Array.of(n, 0, 0, 0));
  expect(index.search(Float32Array.of(1, 0, 0, 0), 2)).toEqual([
    { id: "v999", score: 999 },
    { id: "v998", score: 998 },
  ]);
  expect(index.get("v0")?.values).toEqual(Float32Array.of(0, 0, 0, 0));
});
