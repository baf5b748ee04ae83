import type { TowerSpecification } from "./manifest.ts";
import type { Tensor } from "./tensor.ts";

/** More countries than there are: whatever stands in the source, the table stays small. */
const COUNTRIES_MAX = 300;
const TABLE = "country_centroids";

interface Sum {
  readonly values: Float64Array;
  count: number;
}

function meanOf({ values, count }: Sum): Float32Array {
  return Float32Array.from(values, (value) => (count === 0 ? 0 : value / count));
}

/**
 * A user tower for a model that knows its users by id only: whoever it does not know gets the mean embedding of the
 * users of the same country, and without a country the mean of all.
 */
export class CountryCentroids {
  readonly #dimension: number;
  readonly #all: Sum;
  readonly #byCountry = new Map<string, Sum>();

  constructor(dimension: number) {
    this.#dimension = dimension;
    this.#all = { values: new Float64Array(dimension), count: 0 };
  }

  /** Counts a user in. @param country ISO 3166-1 alpha-2, null when unknown */
  add(embedding: Float32Array, country: string | null): void {
    this.#addTo(this.#all, embedding);
    if (country === null) return;
    let sum = this.#byCountry.get(country);
    if (sum === undefined) {
      if (this.#byCountry.size >= COUNTRIES_MAX) return;
      sum = { values: new Float64Array(this.#dimension), count: 0 };
      this.#byCountry.set(country, sum);
    }
    this.#addTo(sum, embedding);
  }

  /** The tower and its one tensor; rows are in the order of the country codes, so that equal users give equal files. */
  toTower(): { tower: TowerSpecification; tensors: Map<string, Tensor> } {
    const countries = [...this.#byCountry].sort(([a], [b]) => (a < b ? -1 : 1));
    const values = new Float32Array((countries.length + 1) * this.#dimension);
    values.set(meanOf(this.#all));
    countries.forEach(([, sum], place) => values.set(meanOf(sum), (place + 1) * this.#dimension));
    const vocabulary = countries.map(([country]) => country);
    return {
      tower: {
        encoders: [{ kind: "category", feature: "country_code", vocabulary, table: TABLE }],
        layers: [],
        normalize: false,
      },
      tensors: new Map([[TABLE, { shape: [countries.length + 1, this.#dimension], values }]]),
    };
  }

  #addTo(sum: Sum, embedding: Float32Array): void {
    sum.count++;
    for (let column = 0; column < this.#dimension; column++)
      sum.values[column] = (sum.values[column] ?? 0) + (embedding[column] ?? 0);
  }
}
