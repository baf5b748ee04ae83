import type { Catalogue, RankedItems } from "../../domain/catalogue/catalogue.ts";
import { userFeatures } from "../../domain/catalogue/features.ts";
import type { ItemNeighbours } from "../../domain/catalogue/item-neighbours.ts";
import { decodeItemVectors, encodeItemVectors, type ItemVectors } from "../../domain/catalogue/item-vectors.ts";
import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import type { ModelBlend } from "../../domain/models/manifest.ts";
import { normalize } from "../../domain/models/normalize.ts";
import { type BlendWeights, blendFrom } from "../../domain/ranking/blend.ts";
import { NO_FILTER } from "../../domain/ranking/filter.ts";
import type { PlacementRequest, RankingInputs } from "../../domain/ranking/inputs.ts";
import { CANDIDATES_MAX } from "../../domain/ranking/placements.ts";
import { rankPersonal } from "../../domain/ranking/rank.ts";
import { ENGLISH_TEXTS } from "../../domain/ranking/texts/languages.ts";
import { EMPTY_VIEW } from "../../domain/sessions/empty-view.ts";
import type { SessionView } from "../../domain/sessions/session.ts";
import { sessionOf } from "./evaluated-session.ts";
import { nearestPlaces } from "./nearest-places.ts";
import { type ItemWeights, placeWeights } from "./item-weights.ts";

/** The part of a model that ranking needs. */
export interface RankingModel {
  embedUser(userId: string, features: FeatureValues): ArrayLike<number> | null;
  embedItem(itemId: string): Float32Array | null;
  readonly dimension: number;
  /** Item–item weights, if the model has any. */
  readonly weights: ItemWeights | null;
  /** The manifest's `blend`, if it has one. */
  readonly blend: ModelBlend | undefined;
}

/** Someone to rank for. */
export interface EvaluatedUser {
  readonly userId: string;
  readonly features: FeatureValues | null;
  readonly country: string | null;
  /** Their training rows before the present session. */
  readonly rows: readonly EvaluationRow[];
  /** Rows of the present session, oldest first; none for someone who has just come. */
  readonly session: readonly EvaluationRow[];
}

/** What a search by content adds up: the features' embedding and the mean of the past, alike. */
const CONTENT_BLEND: ModelBlend = {
  profile: 1,
  taste: 0,
  together: 0,
  popularity: 0,
  trending: 0,
  diversity: 0,
};

/**
 * Ranks through the code that serves (domain/ranking): the personal shelf of `home`, with an exact search in place of
 * the vector index, everything that the user had left out.
 */
export class ShelfRanker {
  readonly #catalogue: Catalogue;
  readonly #model: RankingModel | null;
  readonly #blend: BlendWeights;
  readonly #embeddings: readonly (Float32Array | null)[];
  readonly #vectors: ItemVectors | null;
  readonly #weights: ItemNeighbours | null;
  readonly #now: number;

  /** @param model null = popularity, and what was bought together with the user's past */
  constructor(catalogue: Catalogue, model: RankingModel | null, now: number) {
    this.#catalogue = catalogue;
    this.#model = model;
    this.#blend = blendFrom(model?.blend);
    this.#now = now;
    this.#embeddings = Array.from({ length: catalogue.size }, (_, place) =>
      model === null ? null : model.embedItem(catalogue.idOf(place)),
    );
    this.#vectors = this.#embeddings.every((embedding) => embedding === null)
      ? null
      : decodeItemVectors(encodeItemVectors(catalogue.version, "evaluated", model?.dimension ?? 0, this.#embeddings));
    this.#weights = model === null || model.weights === null ? null : placeWeights(catalogue, model.weights);
  }

  /** Everything that the user's personal shelf is made from. @param blend in place of the model's own */
  inputsFor(user: EvaluatedUser, blend: BlendWeights = this.#blend): RankingInputs {
    return this.#inputs(user, sessionOf(user), this.profileOf(user), blend);
  }

  /** The best `k` items for a user as ids, best first. @param blend in place of the model's own */
  rank(user: EvaluatedUser, k: number, blend: BlendWeights = this.#blend): string[] {
    return this.#shelf(user, this.inputsFor(user, blend), k);
  }

  /**
   * The `k` items whose content is nearest to the user's features and past: no item–item weights and no popularity, so
   * that an item which nobody has touched yet competes with all others.
   */
  rankByContent(user: EvaluatedUser, k: number): string[] {
    const past = sessionOf(user);
    const places = [...past.recent, ...past.purchases, ...past.ratings].flatMap(
      ({ item_id }) => this.#catalogue.placeOf(item_id) ?? [],
    );
    const taste = new Float32Array(this.#model?.dimension ?? 0);
    for (const place of new Set(places))
      this.#embeddings[place]?.forEach((value, column) => (taste[column] = (taste[column] ?? 0) + value));
    normalize(taste);
    const profile = this.#embeddingOf(user);
    const wanted = taste.map((value, column) => value + (profile?.[column] ?? 0));
    const nearest = nearestPlaces(this.#embeddings, wanted, Math.max(k, CANDIDATES_MAX) + new Set(places).size);
    return this.#shelf(user, this.#inputs(user, EMPTY_VIEW, nearest, blendFrom(CONTENT_BLEND)), k);
  }

  /** What the vector index would answer for the user's features: the nearest items, best first. */
  profileOf(user: EvaluatedUser): RankedItems | null {
    const embedding = this.#embeddingOf(user);
    return embedding === null ? null : nearestPlaces(this.#embeddings, embedding, CANDIDATES_MAX);
  }

  /** What the vector index would answer for an item: its nearest others, best first. */
  neighboursOf(place: number): RankedItems | null {
    const embedding = this.#embeddings[place] ?? null;
    return embedding === null ? null : nearestPlaces(this.#embeddings, embedding, CANDIDATES_MAX);
  }

  #embeddingOf(user: EvaluatedUser): ArrayLike<number> | null {
    const features = userFeatures(user.features, user.country);
    return this.#model?.embedUser(user.userId, features) ?? null;
  }

  #inputs(
    user: EvaluatedUser,
    session: SessionView,
    profile: RankedItems | null,
    weights: BlendWeights,
  ): RankingInputs {
    return {
      catalogue: this.#catalogue,
      vectors: this.#vectors,
      itemWeights: this.#weights,
      session,
      profile,
      personal: null,
      neighbours: new Map(),
      country: user.country,
      weights,
      hidden: new Set(),
      rules: { justBoughtDays: 0, repeatableCategories: [] },
      texts: ENGLISH_TEXTS,
      now: this.#now,
    };
  }

  #shelf(user: EvaluatedUser, inputs: RankingInputs, k: number): string[] {
    const request: PlacementRequest = {
      placement: "home",
      itemId: null,
      cart: [],
      limit: k,
      exclude: [...new Set([...user.rows, ...user.session].map((row) => row.itemId))],
      filter: NO_FILTER,
    };
    return rankPersonal(inputs, request).map((item) => item.item_id);
  }
}
