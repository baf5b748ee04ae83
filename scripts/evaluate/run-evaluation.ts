import { setImmediate } from "node:timers/promises";

import { itemFeatures, userFeatures } from "../../domain/catalogue/features.ts";
import type { FeatureValues } from "../../domain/catalogue/records.ts";
import {
  evaluateLists,
  evaluatedUsers,
  type Evaluation,
  type EvaluationGround,
  type RankedList,
} from "../../domain/evaluation/evaluate.ts";
import { itemIdsOf, rowsByUser } from "../../domain/evaluation/rows-by-user.ts";
import type { Split } from "../../domain/evaluation/split.ts";
import { createRandom } from "../random.ts";
import type { FitProgress } from "../train/fit.ts";
import { fitForNewItems } from "../train/fit-new-items.ts";
import { fitModel, type FitModelOptions } from "../train/fit-model.ts";
import { buildCatalogue, itemRecordsOf } from "./build-catalogue.ts";
import { loadModelFolder } from "./load-model.ts";
import { PopularityRanker } from "./popularity-ranker.ts";
import { fittedModel, loadedModel } from "./ranking-models.ts";
import { countryOf } from "./read-features.ts";
import { type EvaluatedUser, type RankingModel, ShelfRanker } from "./shelf-ranker.ts";
import { SimilarityRanker } from "./similarity-ranker.ts";

/** What is evaluated, on what. */
export interface EvaluationRequest {
  /** `popularity`, `similarity`, `blend` (fits the reference model on the training part), or a model's folder. */
  readonly model: string;
  readonly split: Split;
  /** How `blend` splits its training part in turn. */
  readonly validation: FitModelOptions["validation"];
  readonly users: ReadonlyMap<string, FeatureValues>;
  readonly items: ReadonlyMap<string, FeatureValues>;
  readonly k: number;
  readonly seed: number;
}

/** Models that are named rather than read from a folder. */
export const NAMED_MODELS = ["blend", "popularity", "similarity"] as const;

/** Ranking for users goes on for at most this long before terminal and Ctrl-C have their turn. */
const TURN_MILLISECONDS = 50;

/** Told how far the ranking is, now and then. */
export type RankingProgress = (users: number, usersTotal: number) => void;

/** The best `k` items for a user, best first, without what the user had. */
type Rank = (user: EvaluatedUser, k: number) => readonly string[];

/** The items that a split asks for a ranking of, by id. */
export function rankedItems({ split, items }: Pick<EvaluationRequest, "split" | "items">): string[] {
  return split.newItems ? [...items.keys()].sort() : itemIdsOf(split.train);
}

/** Fits the reference model on the training part alone, judged on a part of it that is split in the same way. */
async function fitReference(
  request: EvaluationRequest,
  items: ReadonlyMap<string, FeatureValues>,
  onEpoch?: FitProgress,
): Promise<RankingModel> {
  const users = new Map([...request.users].map(([id, own]) => [id, userFeatures(own, countryOf(own))]));
  const data = { users, items, interactions: request.split.train };
  // New items are ranked by content: there is nothing else to fit.
  if (request.split.newItems) {
    const towers = await fitForNewItems(data, request.seed, onEpoch);
    return fittedModel(towers, items, null, undefined);
  }
  const fitted = await fitModel(
    data,
    { seed: request.seed, validation: request.validation, towers: {} },
    { begin: () => undefined, progress: onEpoch ?? (() => undefined) },
  );
  return fittedModel(fitted.towers, items, fitted.weights, fitted.blend);
}

/** Ranks through the code that serves. */
async function shelfRank(request: EvaluationRequest, ranked: readonly string[], onEpoch?: FitProgress): Promise<Rank> {
  const { train, newItems } = request.split;
  const items = itemRecordsOf(ranked, request.items);
  const features = new Map(items.map((item) => [item.itemId, itemFeatures(item)]));
  const model =
    request.model === "blend"
      ? await fitReference(request, features, onEpoch)
      : loadedModel(await loadModelFolder(request.model), features);
  const newestAt = train.reduce((newest, row) => Math.max(newest, row.at ?? 0), 0);
  const catalogue = buildCatalogue(items, train, (userId) => countryOf(request.users.get(userId)));
  const ranker = new ShelfRanker(catalogue, model, newestAt);
  return newItems ? (user, k) => ranker.rankByContent(user, k) : (user, k) => ranker.rank(user, k);
}

async function rankOf(
  request: EvaluationRequest,
  ranked: readonly string[],
  onEpoch: FitProgress | undefined,
): Promise<Rank> {
  const { train } = request.split;
  if (request.model === "popularity") {
    const ranker = new PopularityRanker(train, ranked);
    return ({ rows, session }, k) => ranker.rank([...rows, ...session], k);
  }
  if (request.model === "similarity") {
    const ranker = new SimilarityRanker(train, ranked);
    return ({ rows, session }, k) => ranker.rank([...rows, ...session], k);
  }
  return shelfRank(request, ranked, onEpoch);
}

/** Finds a user of the test part as the training part shows them. */
function describeUsers({ split, users }: EvaluationRequest): (userId: string) => EvaluatedUser {
  const rowsOf = rowsByUser(split.train);
  return (userId) => {
    const session = split.sessions.get(userId) ?? [];
    const present = new Set(session);
    return {
      userId,
      features: users.get(userId) ?? null,
      country: countryOf(users.get(userId)),
      rows: (rowsOf.get(userId) ?? []).filter((row) => !present.has(row)),
      session,
    };
  };
}

/**
 * Ranks for every user of the test part, the models through the code that serves, and measures.
 * @throws CommandError for a folder that is no model
 */
export async function runEvaluation(
  request: EvaluationRequest,
  onEpoch?: FitProgress,
  onRanked?: RankingProgress,
): Promise<Evaluation> {
  const { k, seed } = request;
  const { train, test } = request.split;
  const ranked = rankedItems(request);
  const rank = await rankOf(request, ranked, onEpoch);
  const userOf = describeUsers(request);
  const userIds = evaluatedUsers(test);
  const lists: RankedList[] = [];
  let turnEndsAt = Date.now() + TURN_MILLISECONDS;
  for (const userId of userIds) {
    lists.push({ userId, itemIds: rank(userOf(userId), k) });
    if (Date.now() < turnEndsAt) continue;
    onRanked?.(lists.length, userIds.length);
    await setImmediate();
    turnEndsAt = Date.now() + TURN_MILLISECONDS;
  }
  const ground: EvaluationGround = { train, test, ranked, k, random: createRandom(seed) };
  return evaluateLists(lists, ground);
}
