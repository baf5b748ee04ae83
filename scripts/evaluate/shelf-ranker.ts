import type { Catalogue, RankedItems } from "../../domain/catalogue/catalogue.ts";
import { userFeatures } from "../../domain/catalogue/features.ts";
import { decodeItemVectors, encodeItemVectors, type ItemVectors } from "../../domain/catalogue/item-vectors.ts";
import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import type { ModelBlend } from "../../domain/models/manifest.ts";
import { type BlendWeights, blendFrom } from "../../domain/ranking/blend.ts";
import { NO_FILTER } from "../../domain/ranking/filter.ts";
import { CANDIDATES_MAX } from "../../domain/ranking/placements.ts";
import { rankPlacement } from "../../domain/ranking/rank.ts";
import { EMPTY_VIEW } from "../../domain/sessions/empty-view.ts";
import { SESSION_PURCHASES_MAX, SESSION_RATINGS_MAX, type SessionView } from "../../domain/sessions/session.ts";

/** The part of a model that ranking needs. */
export interface RankingModel {
  embedUser(userId: string, features: FeatureValues): ArrayLike<number> | null;
  embedItem(itemId: string): Float32Array | null;
  readonly dimension: number;
  /** The manifest's `blend`, if it has one. */
  readonly blend: ModelBlend | undefined;
}

/** Someone to rank for. */
export interface EvaluatedUser {
  readonly userId: string;
  readonly features: FeatureValues | null;
  readonly country: string | null;
  /** Their training rows. */
  readonly rows: readonly EvaluationRow[];
}

/** The session that a known user's first touch would load from these rows. */
function sessionOf(user: EvaluatedUser): SessionView {
  const rows = user.rows.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return {
    ...EMPTY_VIEW,
    features: user.features,
    country: user.country,
    purchases: rows.slice(-SESSION_PURCHASES_MAX).map((row) => ({ item_id: row.itemId, at: row.at ?? 0 })),
    ratings: rows
      .flatMap(({ itemId, rating }) => (rating === null ? [] : [{ item_id: itemId, rating }]))
      .slice(-SESSION_RATINGS_MAX),
  };
}

/**
 * Ranks through the code that serves (domain/ranking): the personal shelf of `home`, with an exact search in place of
 * the vector index, everything of the user's training rows left out.
 */
export class ShelfRanker {
  readonly #catalogue: Catalogue;
  readonly #model: RankingModel | null;
  readonly #weights: BlendWeights;
  readonly #embeddings: readonly (Float32Array | null)[];
  readonly #vectors: ItemVectors | null;
  readonly #now: number;

  /** @param model null = popularity, and what was bought together with the user's past */
  constructor(catalogue: Catalogue, model: RankingModel | null, now: number) {
    this.#catalogue = catalogue;
    this.#model = model;
    this.#weights = blendFrom(model?.blend);
    this.#now = now;
    this.#embeddings = Array.from({ length: catalogue.size }, (_, place) =>
      model === null ? null : model.embedItem(catalogue.idOf(place)),
    );
    this.#vectors =
      model === null
        ? null
        : decodeItemVectors(encodeItemVectors(catalogue.version, "evaluated", model.dimension, this.#embeddings));
  }

  /** The best `k` items for a user as ids, best first. */
  rank(user: EvaluatedUser, k: number): string[] {
    return this.#shelf(user, sessionOf(user), this.#profileOf(user), k);
  }

  /** The most popular `k` items that the user does not have: what everyone gets of whom nothing is known. */
  rankPopular(user: EvaluatedUser, k: number): string[] {
    return this.#shelf(user, EMPTY_VIEW, null, k);
  }

  #shelf(user: EvaluatedUser, session: SessionView, profile: RankedItems | null, k: number): string[] {
    const shelves = rankPlacement(
      {
        catalogue: this.#catalogue,
        vectors: this.#vectors,
        itemWeights: null,
        session,
        profile,
        personal: null,
        neighbours: new Map(),
        country: session.country,
        weights: this.#weights,
        hidden: new Set(),
        rules: { justBoughtDays: 0, repeatableCategories: [] },
        now: this.#now,
      },
      {
        placement: "home",
        itemId: null,
        cart: [],
        limit: k,
        exclude: [...new Set(user.rows.map((row) => row.itemId))],
        filter: NO_FILTER,
      },
    );
    // Nothing was viewed in this session, so the personal shelf (filled from the popular one) comes first.
    return (shelves[0]?.items ?? []).map((item) => item.item_id);
  }

  /** What the vector index would answer: the nearest items, best first. */
  #profileOf(user: EvaluatedUser): RankedItems | null {
    const features = userFeatures(user.features, user.country);
    const embedding = this.#model?.embedUser(user.userId, features) ?? null;
    if (embedding === null) return null;
    const nearest: { place: number; score: number }[] = [];
    this.#embeddings.forEach((item, place) => {
      if (item === null) return;
      let score = 0;
      for (let column = 0; column < item.length; column++) score += (embedding[column] ?? 0) * (item[column] ?? 0);
      nearest.push({ place, score });
    });
    nearest.sort((a, b) => b.score - a.score || a.place - b.place).splice(CANDIDATES_MAX);
    return {
      items: Uint32Array.from(nearest, ({ place }) => place),
      scores: Float32Array.from(nearest, ({ score }) => score),
    };
  }
}
