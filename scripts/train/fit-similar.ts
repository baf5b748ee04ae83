import { measureRanking } from "../../domain/evaluation/metrics.ts";
import type { BlendWeights } from "../../domain/ranking/blend.ts";
import { similarCandidates } from "../../domain/ranking/gather.ts";
import type { ShelfRanker } from "../evaluate/shelf-ranker.ts";
import type { BlendUser } from "./fit-blend.ts";

const K = 10;
const SHARE_GRID = [0.5, 0.25, 0.75, 0, 1] as const;
const GAIN_MIN = 0.001;

/**
 * The share of the item–item weights in what is `similar`: the one that ranks a user's held-out items best among those
 * like one item that the user has.
 * @param random which item of each user's is looked at
 */
export function fitSimilar(
  ranker: ShelfRanker,
  users: readonly BlendUser[],
  blend: BlendWeights,
  random: () => number,
): number {
  const asked = users.flatMap(({ user, own, heldOut }) => {
    const seed = [...own][Math.floor(random() * own.size)];
    const nearest = seed === undefined ? null : ranker.neighboursOf(seed);
    if (seed === undefined || nearest === null) return [];
    const inputs = { ...ranker.inputsFor(user, blend), neighbours: new Map([[seed, nearest]]) };
    return [{ inputs, seed, own, heldOut: new Set(Array.from(heldOut, String)) }];
  });
  const measure = (similar: number): number => {
    let sum = 0;
    for (const { inputs, seed, own, heldOut } of asked) {
      const ranked: string[] = [];
      for (const { place } of similarCandidates({ ...inputs, weights: { ...blend, similar } }, [seed], "similar")) {
        if (ranked.length === K) break;
        if (!own.has(place)) ranked.push(String(place));
      }
      sum += measureRanking(ranked, heldOut, K).ndcg;
    }
    return sum / Math.max(1, asked.length);
  };
  let best: { share: number; ndcg: number } = { share: blend.similar, ndcg: 0 };
  for (const share of SHARE_GRID) {
    const ndcg = measure(share);
    if (ndcg > best.ndcg + GAIN_MIN) best = { share, ndcg };
  }
  return best.share;
}
