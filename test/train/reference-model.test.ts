import { expect, it } from "vitest";

import { splitInteractions } from "../../domain/evaluation/split.ts";
import { runEvaluation } from "../../scripts/evaluate/run-evaluation.ts";
import { createRandom } from "../../scripts/random.ts";
import { demoShopRows } from "./demo-shop-rows.ts";

/** What the reference model must reach: nDCG@10 of the personal shelf, in popularity's. */
const RATIO_MIN = 1.5;

// Per user a fifth of the items is held out, the model sees the rest alone, and all items are ranked but the seen ones.
it.each([7, 1])(
  "finds held-out items far better than popularity and similarity in the demo shop of seed %i",
  async (seed) => {
    const { rows, users, items } = demoShopRows(seed);
    const split = splitInteractions(rows, "random", createRandom(99));
    if (!split.ok) throw new Error(split.error.kind);
    const request = { split: split.value, validation: "random" as const, users, items, k: 10, seed: 1 };
    const popularity = await runEvaluation({ ...request, model: "popularity" });
    const similarity = await runEvaluation({ ...request, model: "similarity" });
    const blend = await runEvaluation({ ...request, model: "blend" });
    console.log(
      `seed ${seed}: nDCG@10 ${blend.metrics.ndcg.value.toFixed(4)}, similarity ${similarity.metrics.ndcg.value.toFixed(4)}, popularity ${popularity.metrics.ndcg.value.toFixed(4)}`,
    );
    expect(blend.users).toBe(popularity.users);
    expect(blend.users).toBeGreaterThan(100);
    expect(popularity.metrics.ndcg.value).toBeGreaterThan(0.05);
    expect(blend.metrics.ndcg.value).toBeGreaterThanOrEqual(RATIO_MIN * popularity.metrics.ndcg.value);
    expect(blend.metrics.ndcg.value).toBeGreaterThan(similarity.metrics.ndcg.value);
    // Not only on average: the intervals do not touch.
    expect(blend.metrics.ndcg.low).toBeGreaterThan(popularity.metrics.ndcg.high);
  },
);

it.each([7, 1])("finds new items by their content far better than chance in the demo shop of seed %i", async (seed) => {
  const { rows, users, items } = demoShopRows(seed);
  const split = splitInteractions(rows, "cold-items", createRandom(99), new Set(items.keys()));
  if (!split.ok) throw new Error(split.error.kind);
  const { metrics } = await runEvaluation({
    split: split.value,
    validation: "random",
    model: "blend",
    users,
    items,
    k: 10,
    seed: 1,
  });
  // A list of ten of some hundred items by chance finds a tenth of what is relevant.
  expect(metrics.recall.low).toBeGreaterThan(0.3);
});
