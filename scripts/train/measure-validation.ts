import { evaluateLists, type EvaluationMetrics, type RankedList } from "../../domain/evaluation/evaluate.ts";
import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import { PopularityRanker } from "../evaluate/popularity-ranker.ts";
import type { EvaluatedUser, ShelfRanker } from "../evaluate/shelf-ranker.ts";
import { SimilarityRanker } from "../evaluate/similarity-ranker.ts";
import type { BlendWeights } from "../../domain/ranking/blend.ts";
import { createRandom } from "../random.ts";

const K = 10;

/** The validation part: what was trained on, what is to be found, and by whom. */
export interface ValidationPart {
  readonly train: readonly EvaluationRow[];
  /** Of the users below alone. */
  readonly test: readonly EvaluationRow[];
  readonly itemIds: readonly string[];
  readonly users: readonly EvaluatedUser[];
}

/** The blend beside what it has to beat. */
export const MEASURED_MODELS = ["blend", "similarity", "popularity"] as const;
export type MeasuredModel = (typeof MEASURED_MODELS)[number];

/** Every metric of the blend and of the two baselines on the validation part, with intervals. */
export function measureValidation(
  { train, test, itemIds, users }: ValidationPart,
  ranker: ShelfRanker,
  blend: BlendWeights,
  seed: number,
): Record<MeasuredModel, EvaluationMetrics> {
  const similarity = new SimilarityRanker(train, itemIds);
  const popularity = new PopularityRanker(train, itemIds);
  const measure = (rank: (user: EvaluatedUser) => readonly string[]): EvaluationMetrics => {
    const lists = users.map((user): RankedList => ({ userId: user.userId, itemIds: rank(user) }));
    return evaluateLists(lists, { train, test, ranked: itemIds, k: K, random: createRandom(seed) }).metrics;
  };
  return {
    blend: measure((user) => ranker.rank(user, K, blend)),
    similarity: measure((user) => similarity.rank([...user.rows, ...user.session], K)),
    popularity: measure((user) => popularity.rank([...user.rows, ...user.session], K)),
  };
}
