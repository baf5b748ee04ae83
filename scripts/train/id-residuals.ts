import { ITEM_ID_FEATURE } from "../../domain/models/model.ts";
import type { TrainedEncoder } from "./feature-encoder.ts";
import type { TowerInput, TrainableTower } from "./trainable-tower.ts";

/** Items that may have a residual: a table of 64 kB for each thousand. */
const RESIDUALS_MAX = 20_000;
/** How often an item is shown to the tower as one that it does not know. */
const HIDDEN_SHARE = 0.5;

/** What an item has beside its content: a row of its own. Later items have the row of the unknown. */
export function idEncoder(itemIds: readonly string[]): TrainedEncoder {
  const vocabulary = itemIds.slice(0, RESIDUALS_MAX);
  return { kind: "category", feature: ITEM_ID_FEATURE, vocabulary, table: `item.${ITEM_ID_FEATURE}` };
}

/** Hides an item's own row at random, so that its content learns to do without. */
export class IdDropout {
  readonly #place: number;
  readonly #unknown: TowerInput;
  readonly #random: () => number;

  constructor(tower: TrainableTower, random: () => number) {
    this.#place = tower.encoders.findIndex(({ encoder }) => encoder.feature === ITEM_ID_FEATURE);
    this.#unknown = tower.encoders.map((encoder) => encoder.read(null));
    this.#random = random;
  }

  /** A record as it is, or as that of an item which nobody has seen. */
  apply(input: TowerInput): TowerInput {
    if (this.#random() >= HIDDEN_SHARE) return input;
    return input.map((read, place) => (place === this.#place ? (this.#unknown[place] ?? read) : read));
  }
}
