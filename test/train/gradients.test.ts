import { expect, it } from "vitest";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { createTower } from "../../domain/models/tower.ts";
import { createRandom } from "../../scripts/random.ts";
import { Adam } from "../../scripts/train/adam.ts";
import type { TrainedEncoder } from "../../scripts/train/feature-encoder.ts";
import { createParameter } from "../../scripts/train/parameter.ts";
import { softmaxLoss, type Target } from "../../scripts/train/softmax-loss.ts";
import { TrainableTower } from "../../scripts/train/trainable-tower.ts";

const DIMENSION = 4;
const TEMPERATURE = 0.5;
const encoders = (name: string): TrainedEncoder[] => [
  { kind: "category", feature: "city", vocabulary: ["Nantes", "Oslo"], table: `${name}.city` },
  { kind: "tokens", feature: "text", buckets: 8, table: `${name}.text` },
  { kind: "number", feature: "price", mean: 10, deviation: 5 },
];
const records: readonly FeatureValues[] = [
  { city: "Nantes", text: "a red red plane", price: 12 },
  { city: "Oslo", text: "a ship", price: null },
  { city: "elsewhere", text: "", price: 900 },
];

function makeTowers(): { users: TrainableTower; items: TrainableTower } {
  const random = createRandom(5);
  return {
    users: new TrainableTower("user", encoders("user"), [6, DIMENSION], random),
    items: new TrainableTower("item", encoders("item"), [DIMENSION], random),
  };
}

const targets: readonly Target[] = [
  { places: [0, 2], shares: [0.25, 0.75], weight: 1 },
  { places: [1], shares: [1], weight: 3 },
  { places: [], shares: [], weight: 1 },
];

it("computes the slope of the loss by every parameter as the difference quotient has it", () => {
  const { users, items } = makeTowers();
  const userInputs = records.map((record) => users.read(record));
  const itemInputs = records.map((record) => items.read(record));
  const run = () => {
    const userPass = users.forward(userInputs);
    const itemPass = items.forward(itemInputs);
    const slopes = softmaxLoss(userPass.embeddings, itemPass.embeddings, DIMENSION, targets.slice(0, 2), TEMPERATURE);
    return { userPass, itemPass, slopes };
  };
  // Only the first two users have chosen anything: the third is left out of the batch.
  userInputs.pop();
  const { userPass, itemPass, slopes } = run();
  users.backward(userPass, slopes.userSlopes);
  items.backward(itemPass, slopes.itemSlopes);
  const step = 2e-3;
  let largest = 0;
  for (const { name, values, gradient } of [...users.parameters, ...items.parameters]) {
    for (let position = 0; position < values.length; position++) {
      const value = values[position] ?? 0;
      values[position] = value + step;
      const above = run().slopes.loss;
      values[position] = value - step;
      const below = run().slopes.loss;
      values[position] = value;
      const slope = gradient[position] ?? 0;
      largest = Math.max(largest, Math.abs(slope));
      expect(Math.abs((above - below) / (2 * step) - slope), `${name}[${position}]`).toBeLessThan(1e-3);
    }
  }
  // Slopes of nothing would agree with everything.
  expect(largest).toBeGreaterThan(0.1);
});

it("embeds as the tower that serves does", () => {
  const { users } = makeTowers();
  const tensors = new Map(users.parameters.map(({ name, shape, values }) => [name, { shape, values }]));
  const served = createTower(users.specification(), tensors);
  if (!served.ok) throw new Error(served.error.problems.join(" "));
  const trained = users.forward(records.map((record) => users.read(record))).embeddings;
  records.forEach((record, row) => {
    served.value
      .embed(record)
      .forEach((value, column) => expect(value).toBeCloseTo(trained[row * DIMENSION + column] ?? NaN, 5));
  });
});

it("counts each user of a batch by weight, and loses nothing when the choice is certain", () => {
  const users = Float32Array.of(1, 0, 0, 1);
  const items = Float32Array.of(1, 0, 0, 1);
  const certain = softmaxLoss(
    users,
    items,
    2,
    [
      { places: [0], shares: [1], weight: 1 },
      { places: [1], shares: [1], weight: 1 },
    ],
    0.01,
  );
  expect(certain.loss).toBeCloseTo(0, 6);
  const wrong = softmaxLoss(
    users,
    items,
    2,
    [
      { places: [0], shares: [1], weight: 3 },
      { places: [0], shares: [1], weight: 1 },
    ],
    1,
  );
  // log(1 + 1/e) for the first, log(1 + e) for the second, three to one.
  expect(wrong.loss).toBeCloseTo(0.75 * Math.log(1 + Math.exp(-1)) + 0.25 * Math.log(1 + Math.E), 6);
});

it("takes a first Adam step of the learning rate, whatever the slope's size", () => {
  const parameter = createParameter("p", [2], 0, () => 0.5);
  parameter.gradient.set([1e-3, -50]);
  new Adam([parameter], { learningRate: 0.1, weightDecay: 0 }).step();
  expect(parameter.values[0]).toBeCloseTo(-0.1, 4);
  expect(parameter.values[1]).toBeCloseTo(0.1, 4);
  expect([...parameter.gradient]).toEqual([0, 0]);
});
