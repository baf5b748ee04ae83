import { createRandom } from "../../../scripts/random.ts";
import { type InteractionMatrix, matrixOf } from "../../../scripts/train/item-weights/interaction-matrix.ts";

/** Each user takes each item with the given chance; popular items (low places) more often. */
export function randomInteractions(seed: number, users: number, items: number, chance: number): InteractionMatrix {
  const random = createRandom(seed);
  const rows = Array.from({ length: users }, () =>
    Array.from({ length: items }, (_, place) => place)
      .filter((place) => random() < chance * (1.5 - place / items))
      .map((place) => ({ place, weight: 1 })),
  );
  return matrixOf(rows, items);
}
