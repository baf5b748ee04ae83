import { measureRanking } from "../../../domain/evaluation/metrics.ts";
import { bestPlaces } from "../best-places.ts";
import type { Interaction } from "../training-data.ts";
import { EASE_ITEMS_MAX } from "./ease.ts";
import {
  type DenseWeights,
  FIRST_WEIGHT_OPTIONS,
  fitDense,
  strongestWeights,
  type WeightOptions,
} from "./fit-weights.ts";
import { type ItemWeightLists, listOf } from "./item-weight-lists.ts";

/** Someone whose held-out items are to be found again, by places. */
export interface WeightsUser {
  readonly own: readonly number[];
  readonly heldOut: ReadonlySet<number>;
}

/** A way to fit, and how well the held-out items were ranked by the weights alone. */
export interface WeightsTrial {
  readonly options: WeightOptions;
  readonly ndcg: number;
}

/** What is tried on: `interactions` is the training part alone. */
export interface WeightsGround {
  readonly interactions: readonly Interaction[];
  readonly placeOf: ReadonlyMap<string, number>;
  readonly users: readonly WeightsUser[];
}

const K = 10;
/** Steps of the search, as long as a larger catalogue, whose inverse grows with the cube of its items, leaves time. */
const TRIALS_MAX = 10;
const TRIALS_MIN = 3;
const TRIAL_OPERATIONS_MAX = 2e11;
/** λ that are tried, the first of them beside the one that is begun with. */
const REGULARIZATION_FACTOR = 3;
const USER_POWERS = [0.5, 0] as const;
const DROPOUTS = [0.3] as const;
const HALF_LIVES_DAYS = [90] as const;
const POPULARITY_POWERS = [0.1, 0.2, 0.3] as const;
const SHRINKAGES = [2, 50] as const;

/** Mean nDCG@10 of the held-out items, ranked by the weights summed over the user's own items. */
export function measureWeights(lists: ItemWeightLists, users: readonly WeightsUser[], items: number): number {
  const scores = new Float32Array(items);
  let sum = 0;
  for (const { own, heldOut } of users) {
    scores.fill(0);
    for (const place of own) {
      const { items: others, weights } = listOf(lists, place);
      for (let position = 0; position < others.length; position++) {
        const other = others[position] ?? 0;
        scores[other] = (scores[other] ?? 0) + (weights[position] ?? 0);
      }
    }
    const ranked = bestPlaces(scores, new Set(own), K).map(String);
    sum += measureRanking(ranked, new Set(Array.from(heldOut, String)), K).ndcg;
  }
  return users.length === 0 ? 0 : sum / users.length;
}

function trialsFor(items: number): number {
  return Math.max(TRIALS_MIN, Math.min(TRIALS_MAX, Math.floor(TRIAL_OPERATIONS_MAX / items ** 3)));
}

/** Told after each trial: so many, of at most, the best so far. */
export type WeightsProgress = (trial: number, trialsMax: number, ndcg: number) => void | Promise<void>;

/**
 * Looks for the way to fit item–item weights that ranks held-out items best: one option after the other, each from the
 * best so far.
 * @returns the best, and everything that was tried, in order
 */
export async function chooseWeights(
  { interactions, placeOf, users }: WeightsGround,
  onTrial: WeightsProgress = () => undefined,
): Promise<{ readonly best: WeightsTrial; readonly trials: readonly WeightsTrial[] }> {
  const trialsMax = trialsFor(placeOf.size);
  const trials: WeightsTrial[] = [];
  let best: WeightsTrial & { readonly dense: DenseWeights | null } = {
    options: FIRST_WEIGHT_OPTIONS,
    ndcg: -1,
    dense: null,
  };
  const consider = (options: WeightOptions, dense: DenseWeights): boolean => {
    const ndcg = measureWeights(strongestWeights(dense, options), users, placeOf.size);
    trials.push({ options, ndcg });
    if (ndcg <= best.ndcg) return false;
    best = { options, ndcg, dense };
    return true;
  };
  let fits = 0;
  const tryOptions = async (change: Partial<WeightOptions>): Promise<boolean> => {
    if (fits >= trialsMax) return false;
    fits++;
    const options = { ...best.options, ...change };
    const better = consider(options, await fitDense(interactions, placeOf, options));
    await onTrial(fits, trialsMax, best.ndcg);
    return better;
  };

  await tryOptions({});
  if (placeOf.size > EASE_ITEMS_MAX) {
    for (const shrinkage of SHRINKAGES) await tryOptions({ shrinkage });
    return { best, trials };
  }
  const begun = FIRST_WEIGHT_OPTIONS.regularization;
  let lower = begun / REGULARIZATION_FACTOR;
  while (await tryOptions({ regularization: lower })) lower /= REGULARIZATION_FACTOR;
  if (best.options.regularization === begun) {
    let higher = begun * REGULARIZATION_FACTOR;
    while (await tryOptions({ regularization: higher })) higher *= REGULARIZATION_FACTOR;
  }
  if (interactions.some(({ sessionId }) => sessionId !== null)) await tryOptions({ rowsBy: "session" });
  if (interactions.every(({ at }) => at !== null))
    for (const halfLifeDays of HALF_LIVES_DAYS) await tryOptions({ halfLifeDays });
  for (const userPower of USER_POWERS) await tryOptions({ userPower });
  for (const dropout of DROPOUTS) await tryOptions({ dropout });
  // No new inverse for these.
  const { dense } = best;
  for (const popularityPower of POPULARITY_POWERS)
    if (dense !== null && !consider({ ...best.options, popularityPower }, dense)) break;
  return { best, trials };
}
