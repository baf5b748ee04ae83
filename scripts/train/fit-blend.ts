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
/**
 * What a signal's weight may be. The item–item weights' is 1 where there are any, and the others are in what these sum
 * up to for a user's best item: only ratios matter.
 */
const WEIGHT_GRID = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1, 2, 4] as const;
const RECENCY_GRID = [1, 0.995, 0.99, 0.97, 0.95, 0.9, 0.8, 0.6] as const;
const RATING_GRID = [0, 0.25, 0.5, 1] as const;
const DIVERSITY_GRID = [0.1, 0.05, 0.02] as const;
/** A change must be worth this much, and so many standard errors of what it changes for each user: less is chance. */
const GAIN_MIN = 0.0003;
const GAIN_STANDARD_ERRORS_MIN = 0.4;
const ROUNDS_MAX = 3;
/** What sells counts a little until enough users say otherwise. */
const SALES_PRIOR = 0.1;

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

/** nDCG@10 of each user under a blend. */
interface Judged {
  readonly blend: BlendWeights;
  readonly values: Float64Array;
}

function meanOf(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether one blend ranks better than another for the same users, and not only by chance. */
function isBetter(one: Judged, other: Judged): boolean {
  const differences = one.values.map((value, user) => value - (other.values[user] ?? 0));
  const gain = meanOf(differences);
  if (gain <= GAIN_MIN) return false;
  const variance = meanOf(differences.map((difference) => (difference - gain) ** 2));
  return gain > GAIN_STANDARD_ERRORS_MIN * Math.sqrt(variance / differences.length);
}

/** The signals of all users under one way to weigh the past, and how any blend of them does. */
class BlendGround {
  readonly #users: (Prepared | null)[];

  constructor(ranker: ShelfRanker, users: readonly BlendUser[], blend: BlendWeights) {
    this.#users = users.map(({ user, own, heldOut }) => {
      const signals = personalSignals(ranker.inputsFor(user, blend));
      if (signals === null) return null;
      return { signals, ranked: Uint8Array.from(signals.places, (place) => (own.has(place) ? 0 : 1)), heldOut };
    });
  }

  /** What the item–item weights sum up to for a user's best item, on average. */
  get togetherScale(): number {
    const best = this.#users.flatMap((prepared) =>
      prepared === null ? [] : prepared.signals.values.together.reduce((most, value) => Math.max(most, value), 0),
    );
    return meanOf(Float64Array.from(best));
  }

  judge(blend: BlendWeights): Judged {
    const values = Float64Array.from(this.#users, (prepared) => {
      if (prepared === null) return 0;
      const ranked = bestOf(prepared, blendSignals(prepared.signals, blend)).map(String);
      return measureRanking(ranked, new Set(Array.from(prepared.heldOut, String)), K).ndcg;
    });
    return { blend, values };
  }
}

/** What weights are relative to. */
interface Scale {
  readonly hasWeights: boolean;
  readonly scale: number;
}

/** One weight after the other, each time the value that ranks best, until none changes. */
function climb(ground: BlendGround, start: BlendWeights, { hasWeights, scale }: Scale): Judged {
  let best = ground.judge(start);
  const names = PERSONAL_SIGNALS.filter((name) => !hasWeights || name !== "together");
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = best;
    for (const name of names) {
      for (const share of WEIGHT_GRID) {
        const weight = share * scale;
        if (weight === best.blend[name]) continue;
        const judged = ground.judge({ ...best.blend, [name]: weight });
        if (isBetter(judged, best)) best = judged;
      }
    }
    if (best === before) break;
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
  const neutral: BlendWeights = { ...DEFAULT_BLEND, recency: 1, rating: 0, diversity: 0 };
  const first = new BlendGround(ranker, users, neutral);
  const scale: Scale = { hasWeights, scale: hasWeights ? first.togetherScale || 1 : 1 };
  const sales = SALES_PRIOR * scale.scale;
  const start: BlendWeights = {
    ...neutral,
    ...(hasWeights ? { profile: 0, taste: 0, together: 1 } : {}),
    popularity: sales,
    trending: sales,
  };
  const hasRatings = users.some(({ user }) => user.rows.some(({ rating }) => rating !== null));
  const hasOrder = users.some(({ user }) => [...user.rows, ...user.session].some(({ at }) => at !== null));
  const hasSessions = users.some(({ user }) => user.session.length > 0);
  const tries = [
    ...(hasOrder || hasSessions ? RECENCY_GRID.map((recency) => ({ recency })) : []),
    ...(hasRatings ? RATING_GRID.map((rating) => ({ rating })) : []),
  ];
  const steps = tries.length + 2;
  let best = climb(first, start, scale);
  const tell = (done: number): void | Promise<void> =>
    onProgress(done, steps, `nDCG@10 ${meanOf(best.values).toFixed(3)}`);
  let done = 1;
  await tell(done);
  for (const change of tries) {
    const blend = { ...best.blend, ...change };
    const judged = new BlendGround(ranker, users, blend).judge(blend);
    if (isBetter(judged, best)) best = judged;
    await tell(++done);
  }
  best = climb(new BlendGround(ranker, users, best.blend), best.blend, scale);
  const diversity = chooseDiversity(ranker, users, best.blend, idOf);
  await tell(steps);
  return { blend: { ...best.blend, diversity }, ndcg: meanOf(best.values) };
}
