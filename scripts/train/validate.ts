import { measureRanking } from "../../domain/evaluation/metrics.ts";
import { bestPlaces } from "./best-places.ts";
import type { Example } from "./examples.ts";

export const VALIDATION_K = 10;

/** Scores of all items for the example at `row`. */
export type Scorer = (row: number) => Float32Array;

/** Mean nDCG@10 of the held-out items when all items but the training ones are ranked by `scorer`; 0 without any. */
export function validationNdcg(examples: readonly Example[], scorer: Scorer): number {
  const values: number[] = [];
  examples.forEach(({ items, heldOut }, row) => {
    if (heldOut.size === 0) return;
    const scores = scorer(row);
    const seen = new Set(items);
    const ranked = bestPlaces(scores, seen, VALIDATION_K).map(String);
    values.push(measureRanking(ranked, new Set([...heldOut].map(String)), VALIDATION_K).ndcg);
  });
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Ranks by how many users chose an item: what a model must beat. */
export function popularityScorer(examples: readonly Example[], itemCount: number): Scorer {
  const counts = new Float32Array(itemCount);
  for (const { items } of examples) for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return () => counts;
}

/** Ranks by the dot product of two lists of embeddings, one after the other. */
export function embeddingScorer(users: Float32Array, items: Float32Array, dimension: number): Scorer {
  const scores = new Float32Array(items.length / dimension);
  return (row) => {
    for (let item = 0; item < scores.length; item++) {
      let dot = 0;
      for (let column = 0; column < dimension; column++)
        dot += (users[row * dimension + column] ?? 0) * (items[item * dimension + column] ?? 0);
      scores[item] = dot;
    }
    return scores;
  };
}
