import { encodeItemNeighbours, type NeighbourList, neighboursPerItem } from "./item-neighbours.ts";

const FIRST_CAPACITY = 4_096;

/** Item–item weights of a snapshot in the making, in any order: twelve bytes for each until they are packed. */
export class ItemNeighboursBuilder {
  readonly #size: number;
  #from = new Uint32Array(FIRST_CAPACITY);
  #to = new Uint32Array(FIRST_CAPACITY);
  #weights = new Float32Array(FIRST_CAPACITY);
  #count = 0;

  /** @param size items of the snapshot */
  constructor(size: number) {
    this.#size = size;
  }

  /** Adds what having the item at place `from` says of the one at place `to`. */
  add(from: number, to: number, weight: number): void {
    if (this.#count === this.#from.length) this.#grow();
    this.#from[this.#count] = from;
    this.#to[this.#count] = to;
    this.#weights[this.#count] = weight;
    this.#count++;
  }

  /** Packs the strongest of each item, as many as a snapshot of this size may have. */
  encode(catalogue: string, model: string): ArrayBuffer {
    const starts = new Uint32Array(this.#size + 1);
    for (let row = 0; row < this.#count; row++) {
      const next = (this.#from[row] ?? 0) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let place = 0; place < this.#size; place++)
      starts[place + 1] = (starts[place + 1] ?? 0) + (starts[place] ?? 0);
    const next = starts.slice();
    const rows = new Uint32Array(this.#count);
    for (let row = 0; row < this.#count; row++) {
      const from = this.#from[row] ?? 0;
      const at = next[from] ?? 0;
      rows[at] = row;
      next[from] = at + 1;
    }
    const most = neighboursPerItem(this.#size);
    const lists: (NeighbourList | null)[] = [];
    for (let place = 0; place < this.#size; place++)
      lists.push(this.#listOf(rows.subarray(starts[place], starts[place + 1]), most));
    return encodeItemNeighbours(catalogue, model, lists);
  }

  #listOf(rows: Uint32Array, most: number): NeighbourList | null {
    if (rows.length === 0) return null;
    // Sorting keeps the order of equals, so that the same file always gives the same bytes.
    const strength = (row: number): number => Math.abs(this.#weights[row] ?? 0);
    const strongest = rows.sort((a, b) => strength(b) - strength(a) || a - b).subarray(0, most);
    return {
      items: Uint32Array.from(strongest, (row) => this.#to[row] ?? 0),
      weights: Float32Array.from(strongest, (row) => this.#weights[row] ?? 0),
    };
  }

  #grow(): void {
    const capacity = this.#from.length * 2;
    const from = new Uint32Array(capacity);
    from.set(this.#from);
    const to = new Uint32Array(capacity);
    to.set(this.#to);
    const weights = new Float32Array(capacity);
    weights.set(this.#weights);
    [this.#from, this.#to, this.#weights] = [from, to, weights];
  }
}
