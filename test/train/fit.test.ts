import { expect, it } from "vitest";

import { chooseEncoders } from "../../scripts/train/choose-encoders.ts";
import { CANDIDATES_MAX, drawCandidates } from "../../scripts/train/candidates.ts";
import { DEFAULT_FIT, fit } from "../../scripts/train/fit.ts";
import { tensorsOf } from "../../scripts/train/towers-tensors.ts";
import { preferencesOf } from "../../scripts/train/training-data.ts";
import { createRandom } from "../../scripts/random.ts";
import { demoShopRows } from "./demo-shop-rows.ts";

it("chooses an encoder by what a feature's values are", () => {
  const records = Array.from({ length: 20 }, (_, n) => ({
    price: n,
    constant: 3,
    alike: "the same",
    huge: n * 1e200,
    line: n % 2 === 0 ? "Cars" : "Ships",
    code: `code${n}`,
    genres: n % 2 === 0 ? "Drama" : "Action|Comedy",
    town: n < 2 ? "Oslo" : `town${n}`,
    text: `a model number ${n} of a plane`,
    nothing: null,
  }));
  const encoders = chooseEncoders("item", records);
  expect(encoders.map(({ feature, kind }) => [feature, kind])).toEqual([
    ["genres", "tokens"],
    ["line", "category"],
    ["price", "number"],
    ["text", "tokens"],
    ["town", "category"],
  ]);
  // A town of one customer says nothing of another customer.
  expect(encoders.find(({ feature }) => feature === "town")).toMatchObject({ vocabulary: ["Oslo"] });
  expect(encoders.find(({ feature }) => feature === "price")).toMatchObject({ mean: 9.5 });
});

it("weighs purchases by their logarithm and ratings by their distance from the user's own mean", () => {
  const rated = (itemId: string, rating: number | null) => ({
    userId: "u",
    itemId,
    rating,
    at: null,
    orderId: null,
    sessionId: null,
    quantity: null,
  });
  const bought = (itemId: string) => rated(itemId, null);
  const own = preferencesOf([
    bought("a"),
    bought("a"),
    bought("a"),
    bought("b"),
    rated("b", 2),
    rated("c", 4),
    rated("d", 1),
    rated("e", 1),
  ]).get("u");
  expect(own?.get("a")).toBeCloseTo(2);
  expect(own?.get("b")).toBeCloseTo(1);
  expect(own?.get("c")).toBeCloseTo(1);
  expect(own?.has("d")).toBe(false);
});

it("scores against a sample of a large catalogue, with the batch's own items in it", () => {
  const { items, placeOf } = drawCandidates([...Array(100_000).keys()], [[5, 7], [99_999]], createRandom(1));
  expect(items.length).toBe(CANDIDATES_MAX);
  expect(new Set(items).size).toBe(CANDIDATES_MAX);
  for (const item of [5, 7, 99_999]) expect(items[placeOf.get(item) ?? -1]).toBe(item);
  expect(drawCandidates([0, 1, 2], [[1]], createRandom(1)).items).toEqual([0, 1, 2]);
});

it("gives the same model for the same data and seed, and another for another seed", async () => {
  const { rows, users, items } = demoShopRows(7);
  const weightsOf = async (seed: number) => {
    const model = await fit({ users, items, interactions: rows }, { ...DEFAULT_FIT, epochsMax: 3, seed });
    return [...tensorsOf(model)].map(([name, { values }]) => [name, values.slice(0, 50)]);
  };
  const first = await weightsOf(1);
  expect(await weightsOf(1)).toEqual(first);
  expect(await weightsOf(2)).not.toEqual(first);
});

it("says so when there is nothing to learn from", async () => {
  await expect(fit({ users: new Map(), items: new Map(), interactions: [] })).rejects.toThrow(/nothing to learn/);
});
