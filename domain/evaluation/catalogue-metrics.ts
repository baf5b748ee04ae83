/**
 * Counts how often each item is recommended when every list counts as often as its user was drawn.
 * @param counts filled: one number for each item of the catalogue
 * @param places each user's list as places in the catalogue
 */
export function countRecommended(counts: Uint32Array, places: readonly Uint32Array[], timesDrawn: Uint32Array): void {
  counts.fill(0);
  places.forEach((list, user) => {
    const times = timesDrawn[user] ?? 0;
    if (times === 0) return;
    for (const place of list) counts[place] = (counts[place] ?? 0) + times;
  });
}

/**
 * Share of the catalogue that is recommended to anyone (Herlocker et al., "Evaluating collaborative filtering
 * recommender systems", 2004: catalogue coverage). An empty catalogue has 0.
 * @param counts how often each item of the catalogue is recommended, with its zeros
 */
export function coverageOf(counts: Uint32Array): number {
  let recommended = 0;
  for (const count of counts) if (count > 0) recommended++;
  return counts.length === 0 ? 0 : recommended / counts.length;
}

/**
 * Gini index of how often each item is recommended: 0 = all alike, 1 = one item alone (Castells, Hurley & Vargas,
 * "Novelty and diversity in recommender systems", 2015): Σ (2j − n − 1) · cⱼ / ((n − 1) · Σ cⱼ) over the n counts,
 * the smallest first. Fewer than two items, or no recommendation, give 0.
 * @param counts how often each item of the catalogue is recommended, with its zeros
 */
export function giniOf(counts: Uint32Array): number {
  const size = counts.length;
  let most = 0;
  for (const count of counts) if (count > most) most = count;
  // Counts are small: sorted by counting, each sample of the bootstrap costs a walk instead of a sort.
  const itemsWith = new Uint32Array(most + 1);
  for (const count of counts) itemsWith[count] = (itemsWith[count] ?? 0) + 1;
  let [before, weighted, total] = [0, 0, 0];
  itemsWith.forEach((items, count) => {
    // The sum of 2j − n − 1 over the ranks j from before + 1 to before + items.
    weighted += count * items * (2 * before + items - size);
    total += count * items;
    before += items;
  });
  return size < 2 || total === 0 ? 0 : weighted / ((size - 1) * total);
}

/**
 * Self-information of an item in bits, −log₂ of the share of users who have it (Zhou et al., "Solving the apparent
 * diversity-accuracy dilemma of recommender systems", 2010). An item that nobody has counts as if one user had it: the
 * largest surprise that these users can tell of.
 */
export function selfInformation(usersWithItem: number, users: number): number {
  return users === 0 ? 0 : Math.log2(users / Math.max(1, usersWithItem));
}
