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
import type { EvaluationRow, Split } from "../../domain/evaluation/split.ts";
import { createRandom } from "../random.ts";
import { DEFAULT_FIT, fit, type FitProgress } from "../train/fit.ts";
import { buildCatalogue, itemsOf } from "./build-catalogue.ts";
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

/** A user in the middle of a session, whose rows are not among the others. */
interface SessionUser extends EvaluatedUser {
  readonly session: readonly EvaluationRow[];
}

/** The best `k` items for a user, best first, without what the user had. */
type Rank = (user: SessionUser, k: number) => readonly string[];

/** The items that a split asks for a ranking of, by id. */
export function rankedItems({ split, items }: Pick<EvaluationRequest, "split" | "items">): string[] {
  return split.newItems ? [...items.keys()].sort() : itemIdsOf(split.train);
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

/** A row that says nothing but that there is such an item. */
function rowOfItem(itemId: string): EvaluationRow {
  return { userId: "", itemId, rating: null, at: null, orderId: null, sessionId: null, quantity: null };
}

/** Ranks through the code that serves. */
async function shelfRank(request: EvaluationRequest, ranked: readonly string[], onEpoch?: FitProgress): Promise<Rank> {
  const { train } = request.split;
  const items = itemsOf(ranked.map(rowOfItem), request.items);
  const features = new Map(items.map((item) => [item.itemId, itemFeatures(item)]));
  const model =
    request.model === "blend"
      ? await fitReference(request, features, onEpoch)
      : loadedModel(await loadModelFolder(request.model), features);
  const newestAt = train.reduce((newest, row) => Math.max(newest, row.at ?? 0), 0);
  const catalogue = buildCatalogue(items, train, (userId) => countryOf(request.users.get(userId)));
  const ranker = new ShelfRanker(catalogue, model, newestAt);
  return (user, k) => ranker.rank({ ...user, rows: [...user.rows, ...user.session] }, k);
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
function describeUsers({ split, users }: EvaluationRequest): (userId: string) => SessionUser {
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
