import type { NeighbourList } from "../../../domain/catalogue/item-neighbours.ts";
import { type ItemWeightLists, packLists } from "./item-weight-lists.ts";

/**
 * Keeps the strongest of the neighbours that it is offered: those of largest |weight|, of equal ones those of lower
 * place. A heap with the weakest kept one on top: most offers are turned down by one comparison.
 */
export class StrongestNeighbours {
  readonly #places: Uint32Array;
  readonly #weights: Float32Array;
  #count = 0;

  constructor(max: number) {
    this.#places = new Uint32Array(max);
    this.#weights = new Float32Array(max);
  }

  /** A weight of 0 says nothing, and is not kept. */
  offer(place: number, weight: number): void {
    const rounded = Math.fround(weight);
    if (rounded === 0) return;
    if (this.#count < this.#places.length) {
      this.#put(this.#count, place, rounded);
      this.#rise(this.#count++);
    } else if (this.#count > 0 && this.#isStronger(place, rounded, 0)) {
      this.#put(0, place, rounded);
      this.#sink();
    }
  }

  /** What was kept, the strongest first; begins again with nothing. */
  take(): NeighbourList {
    const places = this.#places.subarray(0, this.#count);
    const weights = this.#weights.subarray(0, this.#count);
    const strength = (position: number): number => Math.abs(weights[position] ?? 0);
    const order = [...places.keys()].sort(
      (one, other) => strength(other) - strength(one) || (places[one] ?? 0) - (places[other] ?? 0),
    );
    this.#count = 0;
    return {
      items: Uint32Array.from(order, (position) => places[position] ?? 0),
      weights: Float32Array.from(order, (position) => weights[position] ?? 0),
    };
  }

  #put(position: number, place: number, weight: number): void {
    this.#places[position] = place;
    this.#weights[position] = weight;
  }

  /** Whether an item with this weight is stronger than the one at a position of the heap. */
  #isStronger(place: number, weight: number, position: number): boolean {
    const difference = Math.abs(weight) - Math.abs(this.#weights[position] ?? 0);
    return difference > 0 || (difference === 0 && place < (this.#places[position] ?? 0));
  }

  #swap(one: number, other: number): void {
    const place = this.#places[one] ?? 0;
    const weight = this.#weights[one] ?? 0;
    this.#put(one, this.#places[other] ?? 0, this.#weights[other] ?? 0);
    this.#put(other, place, weight);
  }

  #isStrongerThan(one: number, other: number): boolean {
    return this.#isStronger(this.#places[one] ?? 0, this.#weights[one] ?? 0, other);
  }

  #rise(from: number): void {
    for (let position = from; position > 0;) {
      const parent = (position - 1) >> 1;
      if (!this.#isStrongerThan(parent, position)) return;
      this.#swap(parent, position);
      position = parent;
    }
  }

  #sink(): void {
    for (let position = 0; ;) {
      const left = 2 * position + 1;
      if (left >= this.#count) return;
      const right = left + 1;
      const weaker = right < this.#count && this.#isStrongerThan(left, right) ? right : left;
      if (!this.#isStrongerThan(position, weaker)) return;
      this.#swap(position, weaker);
      position = weaker;
    }
  }
}

/**
 * The strongest weights of each row of a dense matrix, by |weight|, the strongest first and of equal ones the lower
 * place; zeros are left out.
 * @param dense `items × items` numbers, row by row
 */
export function strongest(dense: Float32Array, items: number, perItemMax: number): ItemWeightLists {
  const kept = new StrongestNeighbours(perItemMax);
  const lists = Array.from({ length: items }, (_, row) => {
    for (let column = 0; column < items; column++) kept.offer(column, dense[row * items + column] ?? 0);
    return kept.take();
  });
  return packLists(lists);
}
