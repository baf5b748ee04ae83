/** A batch's loss and its slopes by the embeddings that went in. */
export interface SoftmaxLoss {
  readonly loss: number;
  readonly userSlopes: Float32Array;
  readonly itemSlopes: Float32Array;
}

/** What a user of the batch chose: places among the candidates, and how strongly (summing to 1). */
export interface Target {
  readonly places: readonly number[];
  readonly shares: readonly number[];
  /** How much this user counts in the batch. */
  readonly weight: number;
}

/**
 * The multinomial likelihood over the candidates (Liang et al., "Variational autoencoders for collaborative
 * filtering", 2018), with the scaled cosine of two towers as logit: for user u with target q,
 * loss = −Σ q_i log softmax(s_u / T)_i, averaged over the batch by weight. Its slope by a score is (p − q) / T.
 * @param users embeddings, `targets.length × dimension`
 * @param items embeddings of the candidates, `dimension` numbers each
 * @param temperature T: the smaller, the harder the best are told from the rest
 */
export function softmaxLoss(
  users: Float32Array,
  items: Float32Array,
  dimension: number,
  targets: readonly Target[],
  temperature: number,
): SoftmaxLoss {
  const candidates = items.length / dimension;
  const userSlopes = new Float32Array(users.length);
  const itemSlopes = new Float32Array(items.length);
  const scores = new Float64Array(candidates);
  const totalWeight = targets.reduce((sum, target) => sum + target.weight, 0);
  let loss = 0;
  targets.forEach(({ places, shares, weight }, row) => {
    const user = row * dimension;
    const importance = weight / totalWeight;
    let highest = -Infinity;
    for (let candidate = 0; candidate < candidates; candidate++) {
      let dot = 0;
      for (let column = 0; column < dimension; column++)
        dot += (users[user + column] ?? 0) * (items[candidate * dimension + column] ?? 0);
      scores[candidate] = dot / temperature;
      highest = Math.max(highest, dot / temperature);
    }
    let sum = 0;
    for (const score of scores) sum += Math.exp(score - highest);
    const logSum = highest + Math.log(sum);
    places.forEach((place, position) => {
      loss -= importance * (shares[position] ?? 0) * ((scores[place] ?? 0) - logSum);
    });
    // From here on `scores` holds the slopes by the scores.
    for (let candidate = 0; candidate < candidates; candidate++)
      scores[candidate] = (importance * Math.exp((scores[candidate] ?? 0) - logSum)) / temperature;
    places.forEach((place, position) => {
      scores[place] = (scores[place] ?? 0) - (importance * (shares[position] ?? 0)) / temperature;
    });
    for (let candidate = 0; candidate < candidates; candidate++) {
      const slope = scores[candidate] ?? 0;
      const item = candidate * dimension;
      for (let column = 0; column < dimension; column++) {
        userSlopes[user + column] = (userSlopes[user + column] ?? 0) + slope * (items[item + column] ?? 0);
        itemSlopes[item + column] = (itemSlopes[item + column] ?? 0) + slope * (users[user + column] ?? 0);
      }
    }
  });
  return { loss, userSlopes, itemSlopes };
}
