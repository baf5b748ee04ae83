import type { FeatureValues } from "../catalogue/records.ts";
import { categoryOf, numberOf } from "./feature-reading.ts";
import type { Encoder, TowerSpecification } from "./manifest.ts";
import { solveSymmetric } from "./solve-symmetric.ts";
import type { Tensor } from "./tensor.ts";
import { createTower, type Tower } from "./tower.ts";

/** All that is known of an anonymous shopper. */
const COUNTRY_FEATURE = "country_code";
/** Values of one column that get a weight of their own: the most frequent ones. */
const VOCABULARY_MAX = 200;
/** A value must be seen as often, to be more than one person's. Countries are taken from the first. */
const VALUE_USERS_MIN = 2;
/** Values of a column that are counted: a column of free text must not fill the memory. */
const VALUES_COUNTED_MAX = 20_000;
/** Inputs in all: the sums over their pairs take eight bytes each, 8 MB. */
const INPUTS_MAX = 1_000;
/** How many users' worth a weight is pulled towards zero. */
const RIDGE = 0.1;
/** A standard deviation below this share of the mean is no variation. */
const DEVIATION_MIN = 1e-9;

const WEIGHT = "user.weight";
const BIAS = "user.bias";

/** What one column holds: texts (and truths) become one-hot, numbers are standardised. */
class ColumnSummary {
  readonly #counts = new Map<string, number>();
  #numbers = 0;
  #sum = 0;
  #squares = 0;
  #others = 0;

  add(value: FeatureValues[string] | undefined): void {
    const category = categoryOf(value);
    if (category === null) return;
    const before = this.#counts.get(category);
    if (before !== undefined || this.#counts.size < VALUES_COUNTED_MAX) this.#counts.set(category, (before ?? 0) + 1);
    const number = typeof value === "number" ? numberOf(value) : null;
    if (number === null) {
      this.#others++;
      return;
    }
    this.#numbers++;
    this.#sum += number;
    this.#squares += number * number;
  }

  /** @returns null for a column that says nothing */
  encoder(feature: string, usersMin: number, most: number): Encoder | null {
    if (this.#numbers > 0 && this.#others === 0) {
      const mean = this.#sum / this.#numbers;
      const deviation = Math.sqrt(Math.max(0, this.#squares / this.#numbers - mean * mean));
      return deviation > DEVIATION_MIN * Math.max(1, Math.abs(mean))
        ? { kind: "number", feature, mean, deviation }
        : null;
    }
    const vocabulary = [...this.#counts]
      .filter(([, count]) => count >= usersMin)
      .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .slice(0, Math.min(VOCABULARY_MAX, most))
      .map(([category]) => category);
    return vocabulary.length === 0 ? null : { kind: "one_hot", feature, vocabulary };
  }
}

/** A tower and its tensors, as they stand in a model folder. */
export interface FittedTower {
  readonly tower: TowerSpecification;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Makes a user tower for a model that knows its users by id only: a linear map from what the shop knows of a user to
 * the embedding that the model ships for them, fitted by ridge regression in closed form. The mean of all users is the
 * bias, so that whoever nothing is known of gets it. Each user counts twice: with everything that is known, and with
 * the country alone, so that an anonymous shopper gets about the mean of the country.
 *
 * Two passes over the users: {@link UserTowerFit.summarize} for each, then {@link UserTowerFit.add} for each.
 */
export class UserTowerFit {
  readonly #dimension: number;
  readonly #columns: ReadonlyMap<string, ColumnSummary>;
  readonly #mean: Float64Array;
  #users = 0;
  #inputs: { encoders: Encoder[]; tower: Tower; products: Float64Array; targets: Float64Array } | null = null;

  /** @param features columns of the users; the country is always one */
  constructor(dimension: number, features: readonly string[]) {
    this.#dimension = dimension;
    this.#mean = new Float64Array(dimension);
    this.#columns = new Map([COUNTRY_FEATURE, ...features].map((feature) => [feature, new ColumnSummary()]));
  }

  /** First pass: counts a user in. @param features as the tower will see them; null for one whom the shop does not know */
  summarize(embedding: Float32Array, features: FeatureValues | null): void {
    this.#users++;
    for (let at = 0; at < this.#dimension; at++)
      this.#mean[at] = (this.#mean[at] ?? 0) + ((embedding[at] ?? 0) - (this.#mean[at] ?? 0)) / this.#users;
    if (features !== null) for (const [feature, column] of this.#columns) column.add(features[feature]);
  }

  /** Second pass: fits to a user. */
  add(embedding: Float32Array, features: FeatureValues): void {
    const inputs = this.#prepared();
    this.#addRow(inputs, inputs.tower.embed(features), embedding);
    const country = features[COUNTRY_FEATURE];
    if (country !== undefined && country !== null)
      this.#addRow(inputs, inputs.tower.embed({ [COUNTRY_FEATURE]: country }), embedding);
  }

  /** The tower; the same users in the same order give the same numbers. */
  toTower(): FittedTower {
    const { encoders, tower, products, targets } = this.#prepared();
    const inputs = tower.dimension;
    for (let input = 0; input < inputs; input++)
      products[input * inputs + input] = (products[input * inputs + input] ?? 0) + RIDGE;
    const solved = solveSymmetric(products, targets, inputs, this.#dimension);
    const weight = new Float32Array(this.#dimension * inputs);
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < this.#dimension; output++)
        weight[output * inputs + input] = solved[input * this.#dimension + output] ?? 0;
    return {
      tower: { encoders, layers: [{ weight: WEIGHT, bias: BIAS, activation: "linear" }], normalize: false },
      tensors: new Map([
        [WEIGHT, { shape: [this.#dimension, inputs], values: weight }],
        [BIAS, { shape: [this.#dimension], values: Float32Array.from(this.#mean) }],
      ]),
    };
  }

  #prepared() {
    if (this.#inputs !== null) return this.#inputs;
    const encoders: Encoder[] = [];
    let width = 0;
    for (const [feature, column] of this.#columns) {
      const isCountry = feature === COUNTRY_FEATURE;
      const encoder = column.encoder(feature, isCountry ? 1 : VALUE_USERS_MIN, INPUTS_MAX - width);
      if (encoder === null) continue;
      encoders.push(encoder);
      width += encoder.kind === "one_hot" ? encoder.vocabulary.length : 1;
    }
    // A tower has an encoder at least: one that knows no country has no input.
    if (encoders.length === 0) encoders.push({ kind: "one_hot", feature: COUNTRY_FEATURE, vocabulary: [] });
    // The towers' own encoding, so that what is fitted is what serves.
    const tower = createTower({ encoders, layers: [], normalize: false }, new Map());
    if (!tower.ok) throw new Error(tower.error.problems.join(" "));
    this.#inputs = {
      encoders,
      tower: tower.value,
      products: new Float64Array(width * width),
      targets: new Float64Array(width * this.#dimension),
    };
    return this.#inputs;
  }

  #addRow(
    { products, targets }: { products: Float64Array; targets: Float64Array },
    row: Float32Array,
    embedding: Float32Array,
  ): void {
    const known: number[] = [];
    row.forEach((value, input) => {
      if (value !== 0) known.push(input);
    });
    for (const input of known) {
      const value = row[input] ?? 0;
      for (const other of known) {
        const at = input * row.length + other;
        products[at] = (products[at] ?? 0) + value * (row[other] ?? 0);
      }
      for (let output = 0; output < this.#dimension; output++) {
        const at = input * this.#dimension + output;
        targets[at] = (targets[at] ?? 0) + value * ((embedding[output] ?? 0) - (this.#mean[output] ?? 0));
      }
    }
  }
}
