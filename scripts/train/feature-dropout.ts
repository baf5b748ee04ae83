import type { TowerInput, TrainableTower } from "./trainable-tower.ts";

/** Share of users shown to the tower by their country alone, as an anonymous shopper will be. */
const COUNTRY_ONLY_SHARE = 0.15;
/** Each feature of the others is kept from the tower this often. */
const DROPPED_SHARE = 0.25;
const COUNTRY_FEATURE = "country_code";

/**
 * Keeps features from a tower at random, so that it learns to do with what it is given (Volkovs et al., "DropoutNet:
 * addressing cold start in recommender systems", 2017).
 */
export class FeatureDropout {
  readonly #absent: TowerInput;
  readonly #country: number;
  readonly #random: () => number;

  constructor(tower: TrainableTower, random: () => number) {
    this.#absent = tower.encoders.map((encoder) => encoder.read(null));
    this.#country = tower.encoders.findIndex(({ encoder }) => encoder.feature === COUNTRY_FEATURE);
    this.#random = random;
  }

  /** A record as it might be with some of its features missing. */
  apply(input: TowerInput): TowerInput {
    const countryOnly = this.#country >= 0 && this.#random() < COUNTRY_ONLY_SHARE;
    return input.map((read, place) => {
      const keep = countryOnly ? place === this.#country : this.#random() >= DROPPED_SHARE;
      return keep ? read : (this.#absent[place] ?? read);
    });
  }
}
