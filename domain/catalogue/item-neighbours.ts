import { decodeColumns, encodeColumns } from "./binary.ts";

/** Neighbours of an item that are kept, the strongest: beyond them the sum over a past hardly changes. */
export const NEIGHBOURS_PER_ITEM_MAX = 256;
/** Neighbours of all items of a snapshot: 10 MB in memory, so that two versions fit an isolate side by side. */
export const NEIGHBOURS_MAX = 1_200_000;

/** Neighbours that each item of a catalogue of `items` items may have. */
export function neighboursPerItem(items: number): number {
  return Math.max(1, Math.min(NEIGHBOURS_PER_ITEM_MAX, Math.floor(NEIGHBOURS_MAX / Math.max(1, items))));
}

/** What having one item says of others: `items` by place, `weights` of any sign, the strongest first. */
export interface NeighbourList {
  readonly items: Uint32Array;
  readonly weights: Float32Array;
}

interface NeighboursMeta {
  readonly catalogue: string;
  readonly model: string;
}

/** Item–item weights of one model by place in one catalogue snapshot. */
export class ItemNeighbours {
  readonly catalogue: string;
  readonly model: string;
  readonly #starts: Uint32Array;
  readonly #items: Uint32Array;
  readonly #weights: Float32Array;

  /** Opens what {@link encodeItemNeighbours} made. @throws Error when the bytes are not that */
  constructor(bytes: ArrayBuffer) {
    const reader = decodeColumns<NeighboursMeta>(bytes);
    this.catalogue = reader.meta.catalogue;
    this.model = reader.meta.model;
    this.#starts = reader.column("starts", "u32");
    this.#items = reader.column("items", "u32");
    this.#weights = reader.column("weights", "f32");
  }

  /** The neighbours of the item at `place`; none for an item that the model did not know. */
  of(place: number): NeighbourList {
    const start = this.#starts[place] ?? 0;
    const end = this.#starts[place + 1] ?? start;
    return { items: this.#items.subarray(start, end), weights: this.#weights.subarray(start, end) };
  }
}

/**
 * Packs item–item weights.
 * @param lists of each place, the strongest first; null for an item without neighbours
 */
export function encodeItemNeighbours(
  catalogue: string,
  model: string,
  lists: readonly (NeighbourList | null)[],
): ArrayBuffer {
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, place) => (starts[place + 1] = (starts[place] ?? 0) + (list?.items.length ?? 0)));
  const items = new Uint32Array(starts.at(-1) ?? 0);
  const weights = new Float32Array(items.length);
  lists.forEach((list, place) => {
    if (list === null) return;
    items.set(list.items, starts[place]);
    weights.set(list.weights, starts[place]);
  });
  const meta: NeighboursMeta = { catalogue, model };
  return encodeColumns(meta, { starts, items, weights });
}
