import { describe, expect, it } from "vitest";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { Encoder, TowerSpecification } from "../../domain/models/manifest.ts";
import type { Tensor } from "../../domain/models/tensor.ts";
import { tokenBucket } from "../../domain/models/tokenize.ts";
import { createTower, type Tower } from "../../domain/models/tower.ts";

function tensor(shape: number[], values: number[]): Tensor {
  return { shape, values: Float32Array.from(values) };
}

function towerOf(specification: Partial<TowerSpecification>, tensors: Record<string, Tensor> = {}): Tower {
  const created = createTower(
    { encoders: [], layers: [], normalize: false, ...specification },
    new Map(Object.entries(tensors)),
  );
  if (!created.ok) throw new Error(created.error.problems.join(" "));
  return created.value;
}

const country: Encoder = { kind: "category", feature: "country", vocabulary: ["FR", "US"], table: "countries" };
const countries = tensor([3, 2], [0.5, -0.5, 1, 2, 3, 4]);

describe("encoders", () => {
  it.each<[string, FeatureValues, number[]]>([
    ["the row of a known category", { country: "US" }, [3, 4]],
    ["row 0 for an unknown category", { country: "XX" }, [0.5, -0.5]],
    ["row 0 for a missing category", {}, [0.5, -0.5]],
    ["row 0 for null", { country: null }, [0.5, -0.5]],
  ])("category gives %s", (_, features, expected) => {
    expect([...towerOf({ encoders: [country] }, { countries }).embed(features)]).toEqual(expected);
  });

  it.each<[FeatureValues, number[]]>([
    [{ colour: "red" }, [1, 0, 0]],
    [{ colour: 7 }, [0, 1, 0]],
    [{ colour: true }, [0, 0, 1]],
    [{ colour: "blue" }, [0, 0, 0]],
    [{}, [0, 0, 0]],
  ])("one_hot of %o is %o", (features, expected) => {
    const encoder: Encoder = { kind: "one_hot", feature: "colour", vocabulary: ["red", "7", "true"] };
    expect([...towerOf({ encoders: [encoder] }).embed(features)]).toEqual(expected);
  });

  it.each<[FeatureValues, number]>([
    [{ price: 14 }, 2],
    [{ price: "14" }, 2],
    [{ price: 1e9 }, 4],
    [{ price: -1e9 }, -4],
    [{ price: "unknown" }, 0],
    [{ price: null }, 0],
    [{}, 0],
  ])("number of %o is %f deviations", (features, expected) => {
    const encoder: Encoder = { kind: "number", feature: "price", mean: 10, deviation: 2 };
    expect([...towerOf({ encoders: [encoder] }).embed(features)]).toEqual([expected]);
  });

  it("tokens give the mean of the rows of the words, whatever their case and punctuation", () => {
    const buckets = 32;
    const values = Array.from({ length: buckets }, (_, row) => row);
    const tower = towerOf(
      { encoders: [{ kind: "tokens", feature: "name", buckets, table: "words" }] },
      { words: tensor([buckets, 1], values) },
    );
    const mean = (tokenBucket("lancia", buckets) + tokenBucket("delta", buckets)) / 2;
    expect(tower.embed({ name: "LANCIA – Delta!" })[0]).toBeCloseTo(mean);
    expect(tower.embed({ name: "…" })[0]).toBe(0);
  });

  it("does not take a feature from the object's prototype", () => {
    const encoder: Encoder = { kind: "one_hot", feature: "constructor", vocabulary: ["red"] };
    expect([...towerOf({ encoders: [encoder] }).embed({})]).toEqual([0]);
  });
});

describe("layers", () => {
  const number: Encoder = { kind: "number", feature: "x", mean: 0, deviation: 1 };
  const weight = tensor([2, 3], [1, 2, 3, -1, -2, -3]);

  it("computes activation(W·input + b) with W as PyTorch keeps it", () => {
    const tower = towerOf(
      { encoders: [number, country], layers: [{ weight: "w", bias: "b", activation: "relu" }] },
      { w: weight, b: tensor([2], [0.5, 0.25]), countries },
    );
    // input = [2, 3, 4]: 2 + 6 + 12 + 0.5, and the negative one that relu cuts off.
    expect([...tower.embed({ x: 2, country: "US" })]).toEqual([20.5, 0]);
  });

  it.each([
    ["tanh", [Math.tanh(0.5), Math.tanh(-0.5)]],
    ["linear", [0.5, -0.5]],
  ] as const)("knows %s", (activation, expected) => {
    const tower = towerOf(
      { encoders: [number], layers: [{ weight: "w", activation }] },
      { w: tensor([2, 1], [1, -1]) },
    );
    tower.embed({ x: 0.5 }).forEach((value, position) => expect(value).toBeCloseTo(expected[position] ?? NaN));
  });

  it("scales the result of a cosine model to length 1, and leaves the null vector alone", () => {
    const tower = towerOf({ encoders: [number, { ...number, feature: "y" }], normalize: true });
    const [x, y] = tower.embed({ x: 3, y: 4 });
    expect(x).toBeCloseTo(0.6);
    expect(y).toBeCloseTo(0.8);
    expect([...tower.embed({})]).toEqual([0, 0]);
  });

  it("gives every caller an array of its own", () => {
    const tower = towerOf({ encoders: [number, { ...number, feature: "y" }] });
    const first = tower.embed({ x: 1, y: 2 });
    tower.embed({ x: 3, y: 4 });
    expect([...first]).toEqual([1, 2]);
  });
});

it("names everything that is wrong with a tower at once", () => {
  const created = createTower(
    {
      encoders: [country, { kind: "tokens", feature: "name", buckets: 8, table: "words" }],
      layers: [{ weight: "w", bias: "b", activation: "linear" }],
      normalize: false,
    },
    new Map([["countries", tensor([2, 2], [1, 2, 3, 4])]]),
  );
  expect(created).toEqual({
    ok: false,
    error: {
      kind: "tower_invalid",
      problems: [
        'The tensor "countries" has the shape [2, 2] instead of [3, width].',
        'The tensor "words" is missing.',
        'The tensor "w" is missing.',
        'The tensor "b" is missing.',
      ],
    },
  });
});

it.each([
  ["a layer that does not fit what comes before it", [2, 5], [2]],
  ["a bias that does not fit its layer", [2, 2], [3]],
])("refuses %s", (_, shape, bias) => {
  const zeros = (lengths: number[]): Tensor => tensor(lengths, Array(lengths.reduce((a, b) => a * b)).fill(0));
  const created = createTower(
    { encoders: [country], layers: [{ weight: "w", bias: "b", activation: "linear" }], normalize: false },
    new Map([
      ["countries", countries],
      ["w", zeros(shape)],
      ["b", zeros(bias)],
    ]),
  );
  expect(created.ok).toBe(false);
});
