/** Up to this many items every user is compared with the whole catalogue; in a larger one with a sample of it. */
export const CANDIDATES_MAX = 1_024;
/** Of one user's items at most this many join a sample. */
const CHOSEN_PER_USER_MAX = 12;

/** The items that a batch is scored against, and how to find one among them. */
export interface Candidates {
  /** Places in the catalogue. */
  readonly items: readonly number[];
  readonly placeOf: ReadonlyMap<number, number>;
}

/**
 * Every item, or, for a large catalogue, the batch's own items and uniformly drawn others (sampled softmax: Jean et al.,
 * 2015), shared by the whole batch so that each item is embedded once.
 * @param items places of the items that anybody has touched: one that nobody has is no item that nobody wants
 * @param chosen for each user of the batch the items of their past
 */
export function drawCandidates(
  items: readonly number[],
  chosen: readonly (readonly number[])[],
  random: () => number,
): Candidates {
  const placeOf = new Map<number, number>();
  const add = (item: number): void => {
    if (!placeOf.has(item)) placeOf.set(item, placeOf.size);
  };
  if (items.length <= CANDIDATES_MAX) for (const item of items) add(item);
  else {
    for (const own of chosen) {
      const start = Math.floor(random() * own.length);
      for (let step = 0; step < Math.min(own.length, CHOSEN_PER_USER_MAX); step++)
        add(own[(start + step) % own.length] ?? 0);
    }
    while (placeOf.size < CANDIDATES_MAX) add(items[Math.floor(random() * items.length)] ?? 0);
  }
  return { items: [...placeOf.keys()], placeOf };
}
