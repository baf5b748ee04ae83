import { measureRanking } from "../../domain/evaluation/metrics.ts";
import { type BlendWeights, blendSignals, DEFAULT_BLEND } from "../../domain/ranking/blend.ts";
import { PERSONAL_SIGNALS, type PersonalSignals, personalSignals } from "../../domain/ranking/personal-signals.ts";
import type { EvaluatedUser, ShelfRanker } from "../evaluate/shelf-ranker.ts";
import type { FitProgress } from "./fit.ts";

/** Someone whose held-out items are to be ranked high. */
export interface BlendUser {
  readonly user: EvaluatedUser;
  /** Places that are not ranked: what the user has. */
  readonly own: ReadonlySet<number>;
  /** Places of the held-out items. */
  readonly heldOut: ReadonlySet<number>;
}

/** A blend and how well it ranks the validation part. */
export interface FittedBlend {
  readonly blend: BlendWeights;
  readonly ndcg: number;
}

const K = 10;
/** What a signal's weight may be. The item–item weights' is 1 where there are any: only ratios matter. */
const WEIGHT_GRID = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1, 2, 4] as const;
const RECENCY_GRID = [1, 0.995, 0.99, 0.97, 0.95, 0.9, 0.8, 0.6] as const;
const RATING_GRID = [0, 0.25, 0.5, 1] as const;
const DIVERSITY_GRID = [0.1, 0.05, 0.02] as const;
/** A change must be worth this much: less is chance. */
const GAIN_MIN = 0.0003;
const ROUNDS_MAX = 3;

interface Prepared {
  readonly signals: PersonalSignals;
  readonly ranked: Uint8Array;
  readonly heldOut: ReadonlySet<number>;
}

/** The places of the best `K` candidates that may be ranked, best first; the lower place first among equals. */
function bestOf({ signals, ranked }: Prepared, scores: Float32Array): number[] {
  const best: number[] = [];
  const before = (one: number, other: number): boolean => {
    const difference = (scores[one] ?? 0) - (scores[other] ?? 0);
    return difference > 0 || (difference === 0 && (signals.places[one] ?? 0) < (signals.places[other] ?? 0));
  };
  for (let position = 0; position < scores.length; position++) {
    if (ranked[position] === 0) continue;
    const last = best.at(-1);
    if (best.length === K && last !== undefined && !before(position, last)) continue;
    let at = best.length;
    while (at > 0 && before(position, best[at - 1] ?? 0)) at--;
    best.splice(at, 0, position);
    if (best.length > K) best.pop();
  }
  return best.map((position) => signals.places[position] ?? 0);
}

/** The signals of all users under one way to weigh the past, and how any blend of them does. */
class BlendGround {
  readonly #users: Prepared[] = [];
  readonly #count: number;

  constructor(ranker: ShelfRanker, users: readonly BlendUser[], blend: BlendWeights) {
    this.#count = users.length;
    for (const { user, own, heldOut } of users) {
      const signals = personalSignals(ranker.inputsFor(user, blend));
      if (signals === null) continue;
      const ranked = Uint8Array.from(signals.places, (place) => (own.has(place) ? 0 : 1));
      this.#users.push({ signals, ranked, heldOut });
    }
  }

  measure(blend: BlendWeights): number {
    let sum = 0;
    for (const prepared of this.#users) {
      const ranked = bestOf(prepared, blendSignals(prepared.signals, blend)).map(String);
      sum += measureRanking(ranked, new Set(Array.from(prepared.heldOut, String)), K).ndcg;
    }
    return this.#count === 0 ? 0 : sum / this.#count;
  }
}

/** One weight after the other, each time the value that ranks best, until none changes. */
function climb(ground: BlendGround, start: BlendWeights, hasWeights: boolean): FittedBlend {
  let best: FittedBlend = { blend: start, ndcg: ground.measure(start) };
  const names = PERSONAL_SIGNALS.filter((name) => !hasWeights || name !== "together");
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = best.ndcg;
    for (const name of names) {
      for (const weight of WEIGHT_GRID) {
        if (weight === best.blend[name]) continue;
        const blend = { ...best.blend, [name]: weight };
        const ndcg = ground.measure(blend);
        if (ndcg > best.ndcg + GAIN_MIN) best = { blend, ndcg };
      }
    }
    if (best.ndcg <= before) break;
  }
  return best;
}

/** Variety where it costs nothing: the most of it that ranks no worse, through the whole of the serving code. */
function chooseDiversity(ranker: ShelfRanker, users: readonly BlendUser[], blend: BlendWeights, ids: IdOf): number {
  const measure = (diversity: number): number => {
    let sum = 0;
    for (const { user, heldOut } of users) {
      const ranked = ranker.rank(user, K, { ...blend, diversity });
      sum += measureRanking(ranked, new Set(Array.from(heldOut, ids)), K).ndcg;
    }
    return sum / Math.max(1, users.length);
  };
  const without = measure(0);
  return DIVERSITY_GRID.find((diversity) => measure(diversity) >= without) ?? 0;
}

type IdOf = (place: number) => string;

/**
 * Fits the blend on a validation part: how strongly each signal counts, how the past is weighed, how much variety costs
 * nothing. Signals, sums and shelves are the serving code's own.
 * @param hasWeights whether the model has item–item weights: then theirs is the weight that the others are relative to
 */
export async function fitBlend(
  ranker: ShelfRanker,
  users: readonly BlendUser[],
  hasWeights: boolean,
  idOf: IdOf,
  onProgress: FitProgress = () => undefined,
): Promise<FittedBlend> {
  const start: BlendWeights = hasWeights
    ? { ...DEFAULT_BLEND, profile: 0, taste: 0, together: 1, popularity: 0, recency: 1, rating: 0, diversity: 0 }
    : { ...DEFAULT_BLEND, recency: 1, rating: 0, diversity: 0 };
  const hasRatings = users.some(({ user }) => user.rows.some(({ rating }) => rating !== null));
  const hasOrder = users.some(({ user }) => [...user.rows, ...user.session].some(({ at }) => at !== null));
  const hasSessions = users.some(({ user }) => user.session.length > 0);
  const tries = [
    ...(hasOrder || hasSessions ? RECENCY_GRID.map((recency) => ({ recency })) : []),
    ...(hasRatings ? RATING_GRID.map((rating) => ({ rating })) : []),
  ];
  const steps = tries.length + 2;
  let best = climb(new BlendGround(ranker, users, start), start, hasWeights);
  let done = 1;
  await onProgress(done, steps, `nDCG@10 ${best.ndcg.toFixed(3)}`);
  for (const change of tries) {
    const blend = { ...best.blend, ...change };
    const ndcg = new BlendGround(ranker, users, blend).measure(blend);
    if (ndcg > best.ndcg + GAIN_MIN) best = { blend, ndcg };
    await onProgress(++done, steps, `nDCG@10 ${best.ndcg.toFixed(3)}`);
  }
  best = climb(new BlendGround(ranker, users, best.blend), best.blend, hasWeights);
  const diversity = chooseDiversity(ranker, users, best.blend, idOf);
  await onProgress(steps, steps, `nDCG@10 ${best.ndcg.toFixed(3)}`);
  return { blend: { ...best.blend, diversity }, ndcg: best.ndcg };
}
