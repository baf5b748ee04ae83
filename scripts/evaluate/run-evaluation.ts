import { itemFeatures, userFeatures } from "../../domain/catalogue/features.ts";
import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { evaluate, type Evaluation } from "../../domain/evaluation/evaluate.ts";
import type { EvaluationRow, Split } from "../../domain/evaluation/split.ts";
import { DEFAULT_FIT, fit, type FitProgress } from "../train/fit.ts";
import { buildCatalogue, itemsOf } from "./build-catalogue.ts";
import { loadModelFolder } from "./load-model.ts";
import { countryOf } from "./read-features.ts";
import { type EvaluatedUser, type RankingModel, ShelfRanker } from "./shelf-ranker.ts";
import { fittedModel, loadedModel } from "./ranking-models.ts";

/** What is evaluated, on what. */
export interface EvaluationRequest {
  /** `popularity`, `blend` (fits the reference model on the training part), or a model's folder. */
  readonly model: string;
  readonly split: Split;
  readonly users: ReadonlyMap<string, FeatureValues>;
  readonly items: ReadonlyMap<string, FeatureValues>;
  readonly k: number;
  readonly seed: number;
}

/** Models that are named rather than read from a folder. */
export const NAMED_MODELS = ["popularity", "blend"] as const;

function groupByUser(rows: readonly EvaluationRow[]): Map<string, EvaluationRow[]> {
  const groups = new Map<string, EvaluationRow[]>();
  for (const row of rows) {
    const own = groups.get(row.userId) ?? [];
    own.push(row);
    groups.set(row.userId, own);
  }
  return groups;
}

/**
 * Fits the reference model on the training part alone; null without features to learn from (the blend is then made of
 * what is bought together, and popularity).
 */
async function fitReference(
  request: EvaluationRequest,
  items: ReadonlyMap<string, FeatureValues>,
  onEpoch?: FitProgress,
): Promise<RankingModel | null> {
  if (request.users.size === 0 || request.items.size === 0) return null;
  const users = new Map([...request.users].map(([id, own]) => [id, userFeatures(own, countryOf(own))]));
  // A rating tells of a purchase too: every row counts as one.
  const interactions = request.split.train.flatMap(({ userId, itemId, rating }) => [
    { userId, itemId, rating: null },
    ...(rating === null ? [] : [{ userId, itemId, rating }]),
  ]);
  return fittedModel(await fit({ users, items, interactions }, { ...DEFAULT_FIT, seed: request.seed }, onEpoch), items);
}

/**
 * Ranks for every user of the test part through the code that serves, and measures.
 * @throws CommandError for a folder that is no model
 */
export async function runEvaluation(request: EvaluationRequest, onEpoch?: FitProgress): Promise<Evaluation> {
  const { train, test } = request.split;
  const items = itemsOf(train, request.items);
  const features = new Map(items.map((item) => [item.itemId, itemFeatures(item)]));
  const country = (userId: string): string | null => countryOf(request.users.get(userId));
  const isPopularity = request.model === "popularity";
  // The baseline of the literature counts all of the past alike; what serves lets old sales fade.
  const counted = isPopularity ? train.map((row) => ({ ...row, at: null, orderId: null })) : train;
  const model = isPopularity
    ? null
    : request.model === "blend"
      ? await fitReference(request, features, onEpoch)
      : loadedModel(await loadModelFolder(request.model), features);
  const newestAt = train.reduce((newest, row) => Math.max(newest, row.at ?? 0), 0);
  const ranker = new ShelfRanker(buildCatalogue(items, counted, country), model, newestAt);
  const rowsOf = groupByUser(train);
  const userOf = (userId: string): EvaluatedUser => ({
    userId,
    features: request.users.get(userId) ?? null,
    country: country(userId),
    rows: rowsOf.get(userId) ?? [],
  });
  return evaluate(test, items.length, request.k, (userId, k) =>
    isPopularity ? ranker.rankPopular(userOf(userId), k) : ranker.rank(userOf(userId), k),
  );
}
