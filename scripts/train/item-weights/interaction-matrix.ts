/** Who interacted with what, row by row: the sparse matrix X of the literature, one row per user. */
export interface InteractionMatrix {
  readonly users: number;
  readonly items: number;
  /** `users + 1` numbers: row `u` is what stands from `starts[u]` up to `starts[u + 1]`. */
  readonly starts: Uint32Array;
  /** Places of items, ascending within a row and each at most once. */
  readonly columns: Uint32Array;
  /** One by one with `columns`. */
  readonly values: Float32Array;
}

/** One interaction of a row: an item by its place, and how much it counts. */
export interface WeightedPlace {
  readonly place: number;
  readonly weight: number;
}

function sumsByPlace(row: readonly WeightedPlace[], items: number): WeightedPlace[] {
  const sums = new Map<number, number>();
  for (const { place, weight } of row) {
    if (!Number.isInteger(place) || place < 0 || place >= items) {
      throw new RangeError(`There is no place ${place} among ${items} items.`);
    }
    sums.set(place, (sums.get(place) ?? 0) + weight);
  }
  return [...sums].map(([place, weight]) => ({ place, weight })).sort((one, other) => one.place - other.place);
}

/**
 * Packs one row per user. An item that a row names twice counts with the sum of its weights.
 * @throws RangeError when a place is not one of `items`
 */
export function matrixOf(rows: readonly (readonly WeightedPlace[])[], items: number): InteractionMatrix {
  const starts = new Uint32Array(rows.length + 1);
  const sorted = rows.map((row) => sumsByPlace(row, items));
  sorted.forEach((row, user) => (starts[user + 1] = (starts[user] ?? 0) + row.length));
  const columns = new Uint32Array(starts.at(-1) ?? 0);
  const values = new Float32Array(columns.length);
  sorted.forEach((row, user) => {
    row.forEach(({ place, weight }, position) => {
      columns[(starts[user] ?? 0) + position] = place;
      values[(starts[user] ?? 0) + position] = weight;
    });
  });
  return { users: rows.length, items, starts, columns, values };
}
