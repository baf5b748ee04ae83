import { expect, it } from "vitest";

import { createRandom } from "../../../scripts/random.ts";
import { chooseWeights, type WeightsUser } from "../../../scripts/train/item-weights/choose-weights.ts";
import { EASE_ITEMS_MAX } from "../../../scripts/train/item-weights/ease.ts";
import { fitDense, strongestWeights } from "../../../scripts/train/item-weights/fit-weights.ts";
import { listOf } from "../../../scripts/train/item-weights/item-weight-lists.ts";
import type { Interaction } from "../../../scripts/train/training-data.ts";

const GROUP = 10;
const ITEMS_EACH = 6;

/** Users who take items of one group of ten, one of which is kept back: whoever learns the groups finds it. */
function groups(items: number, users: number) {
  const random = createRandom(5);
  const placeOf = new Map(Array.from({ length: items }, (_, place) => [`i${place}`, place]));
  const interactions: Interaction[] = [];
  const judged: WeightsUser[] = [];
  for (let user = 0; user < users; user++) {
    const group = user % Math.floor(items / GROUP);
    const shift = Math.floor(random() * GROUP);
    const places = Array.from({ length: ITEMS_EACH }, (_, step) => group * GROUP + ((shift + step) % GROUP));
    const [kept = 0, ...own] = places;
    judged.push({ own, heldOut: new Set([kept]) });
    for (const place of own)
      interactions.push({
        userId: `u${user}`,
        itemId: `i${place}`,
        rating: null,
        at: null,
        orderId: null,
        sessionId: null,
        quantity: null,
      });
  }
  return { interactions, placeOf, users: judged };
}

it("keeps the trial that ranked best, and tries nothing that the data cannot tell", async () => {
  const { best, trials } = await chooseWeights(groups(60, 120));
  expect(best.ndcg).toBe(Math.max(...trials.map(({ ndcg }) => ndcg)));
  expect(best.ndcg).toBeGreaterThan(0.4);
  expect(new Set(trials.map(({ options }) => JSON.stringify(options))).size).toBe(trials.length);
  // There are neither visits nor times.
  for (const { options } of trials) expect(options).toMatchObject({ rowsBy: "user", halfLifeDays: null });
});

it("uses the cosine beyond what the closed form can do, and knows neighbours of the own group alone", async () => {
  const ground = groups(EASE_ITEMS_MAX + GROUP, 4 * EASE_ITEMS_MAX);
  const dense = await fitDense(ground.interactions, ground.placeOf, (await chooseWeights(ground)).best.options);
  expect(dense.values).toBeNull();
  const { best, trials } = await chooseWeights(ground);
  expect(new Set(trials.map(({ options }) => options.shrinkage))).toEqual(new Set([2, 10, 50]));
  expect(best.ndcg).toBeGreaterThan(0.4);
  const { items, weights } = listOf(strongestWeights(dense, best.options), 25);
  expect(items.length).toBeGreaterThan(0);
  for (const place of items) expect(Math.floor(place / GROUP)).toBe(2);
  expect([...weights]).toEqual([...weights].sort((a, b) => b - a));
  expect(Math.max(...weights)).toBeLessThanOrEqual(1);
});
