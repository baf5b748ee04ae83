import { describe, expect, it } from "vitest";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { UserTowerFit } from "../../domain/models/fit-user-tower.ts";
import { createTower, type Tower } from "../../domain/models/tower.ts";

const DIMENSION = 4;
const CITIES: Record<string, readonly string[]> = {
  FR: ["Nantes", "Lyon", "Paris"],
  US: ["Boston", "Reno"],
  AU: ["Hobart", "Perth"],
};

/** Numbers in −1 … 1 that are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

interface User {
  readonly features: FeatureValues;
  readonly embedding: Float32Array;
}

/** Users whose embedding follows from country, city and credit limit, and some noise. */
function makeUsers(count: number, noise: number): User[] {
  const draw = sequence(7);
  const effects = new Map<string, number[]>();
  const effectOf = (name: string): number[] => {
    const known = effects.get(name) ?? Array.from({ length: DIMENSION }, draw);
    effects.set(name, known);
    return known;
  };
  return Array.from({ length: count }, () => {
    const countries = Object.keys(CITIES);
    const country_code = countries[Math.floor((draw() + 1) * 1.4999)] ?? "FR";
    const cities = CITIES[country_code] ?? [];
    const city = cities[Math.floor(((draw() + 1) / 2) * cities.length)] ?? "";
    const creditLimit = 60_000 + 40_000 * draw();
    const slope = effectOf("creditLimit");
    const embedding = Float32Array.from(
      { length: DIMENSION },
      (_, at) =>
        (effectOf(country_code)[at] ?? 0) +
        (effectOf(city)[at] ?? 0) +
        ((slope[at] ?? 0) * (creditLimit - 60_000)) / 40_000 +
        noise * draw(),
    );
    return { features: { country_code, city, creditLimit }, embedding };
  });
}

function fitted(users: readonly User[], columns = ["city", "creditLimit"]): Tower {
  const fit = new UserTowerFit(DIMENSION, columns);
  for (const { embedding, features } of users) fit.summarize(embedding, features);
  for (const { embedding, features } of users) fit.add(embedding, features);
  const { tower, tensors } = fit.toTower();
  const created = createTower(tower, tensors);
  if (!created.ok) throw new Error(created.error.problems.join(" "));
  return created.value;
}

function meanOf(users: readonly User[]): number[] {
  return Array.from(
    { length: DIMENSION },
    (_, at) => users.reduce((sum, { embedding }) => sum + (embedding[at] ?? 0), 0) / users.length,
  );
}

/**
 * Plain least squares of the embeddings on a constant, every city but the first of its country, every country but the
 * first, and the credit limit: by gradient descent, which has nothing in common with what it is compared to.
 */
function leastSquares(users: readonly User[]): (features: FeatureValues) => number[] {
  const rowOf = ({ country_code, city, creditLimit }: FeatureValues): number[] => [
    1,
    ...Object.keys(CITIES)
      .slice(1)
      .map((country) => Number(country === country_code)),
    ...Object.values(CITIES)
      .flatMap((cities) => cities.slice(1))
      .map((name) => Number(name === city)),
    (Number(creditLimit) - 60_000) / 25_000,
  ];
  const rows = users.map(({ features }) => rowOf(features));
  const weights = (rows[0] ?? []).map(() => Array.from({ length: DIMENSION }, () => 0));
  const predict = (row: readonly number[]): number[] =>
    Array.from({ length: DIMENSION }, (_, at) =>
      row.reduce((sum, value, input) => sum + value * (weights[input]?.[at] ?? 0), 0),
    );
  for (let round = 0; round < 4_000; round++) {
    const steps = weights.map((row) => row.map(() => 0));
    users.forEach(({ embedding }, user) => {
      const row = rows[user] ?? [];
      predict(row).forEach((value, at) => {
        const error = (embedding[at] ?? 0) - value;
        row.forEach((input, place) => {
          const step = steps[place];
          if (step !== undefined) step[at] = (step[at] ?? 0) + error * input;
        });
      });
    });
    steps.forEach((row, place) =>
      row.forEach((step, at) => {
        const weight = weights[place];
        if (weight !== undefined) weight[at] = (weight[at] ?? 0) + (0.5 * step) / users.length;
      }),
    );
  }
  return (features) => predict(rowOf(features));
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.hypot(...Array.from(a, (value, at) => value - (b[at] ?? 0)));
}

describe("the user tower of a model that ships users by id", () => {
  const users = makeUsers(300, 0.1);
  const tower = fitted(users);

  it("predicts what plain least squares predicts, for users of whom everything is known", () => {
    const reference = leastSquares(users);
    for (const { features } of users.slice(0, 50))
      expect(distance(tower.embed(features), reference(features))).toBeLessThan(0.03);
  });

  it.each(Object.entries(CITIES))(
    "gives a shopper from %s of whom nothing else is known about the country's mean",
    (country) => {
      const mean = meanOf(users.filter(({ features }) => features["country_code"] === country));
      expect(distance(tower.embed({ country_code: country }), mean)).toBeLessThan(0.05);
    },
  );

  it.each(Object.entries(CITIES).flatMap(([country, cities]) => cities.map((city) => [city, country] as const)))(
    "brings an unknown user of %s (%s) near the users of that city",
    (city, country) => {
      const embedding = tower.embed({ country_code: country, city });
      const distances = Object.values(CITIES)
        .flat()
        .map(
          (name) =>
            [distance(embedding, meanOf(users.filter(({ features }) => features["city"] === name))), name] as const,
        );
      const [nearest] = distances.sort(([a], [b]) => a - b);
      expect(nearest).toEqual([expect.closeTo(0, 0), city]);
    },
  );

  it("gives whoever nothing is known of the mean of all", () => {
    expect(distance(tower.embed({}), meanOf(users))).toBeLessThan(1e-5);
    expect(distance(tower.embed({ country_code: "XX", city: "Nowhere" }), meanOf(users))).toBeLessThan(1e-5);
  });

  it("follows a number", () => {
    const at = (creditLimit: number) => tower.embed({ country_code: "FR", city: "Nantes", creditLimit });
    expect(distance(at(20_000), at(100_000))).toBeGreaterThan(3 * distance(at(50_000), at(60_000)));
  });
});

it("one-hot are the 200 most frequent values that two users have, a number that never changes is left out", () => {
  const draw = sequence(3);
  const users = Array.from({ length: 1_000 }, (_, user): User => ({
    features: {
      country_code: "FR",
      street: `street ${user >> 1}`,
      alone: `only ${user}`,
      level: 3,
      vip: user % 2 === 0,
    },
    embedding: Float32Array.from({ length: DIMENSION }, draw),
  }));
  const fit = new UserTowerFit(DIMENSION, ["street", "alone", "level", "vip", "absent"]);
  for (const { embedding, features } of users) fit.summarize(embedding, features);
  for (const { embedding, features } of users) fit.add(embedding, features);
  const { encoders } = fit.toTower().tower;
  expect(
    encoders.map((encoder) => [encoder.feature, encoder.kind === "one_hot" ? encoder.vocabulary.length : encoder.kind]),
  ).toEqual([
    ["country_code", 1],
    ["street", 200],
    ["vip", 2],
  ]);
});

it("users of whom the shop knows nothing still give a mean", () => {
  const fit = new UserTowerFit(2, ["city"]);
  fit.summarize(Float32Array.of(1, 3), null);
  fit.summarize(Float32Array.of(3, 5), null);
  const { tower, tensors } = fit.toTower();
  const created = createTower(tower, tensors);
  expect(created.ok ? [...created.value.embed({ country_code: "FR" })] : created).toEqual([2, 4]);
});
