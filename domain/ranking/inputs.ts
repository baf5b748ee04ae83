import type { Catalogue, RankedItems } from "../catalogue/catalogue.ts";
import type { ItemNeighbours } from "../catalogue/item-neighbours.ts";
import type { ItemVectors } from "../catalogue/item-vectors.ts";
import type { SessionView } from "../sessions/session.ts";
import type { BlendWeights } from "./blend.ts";
import type { ItemFilter } from "./filter.ts";
import type { Placement } from "./placements.ts";
import type { ShelfTexts } from "./texts/shelf-texts.ts";

/** What the shop's page asks for one placement. */
export interface PlacementRequest {
  readonly placement: Placement;
  /** The page's item, if it is a product page. */
  readonly itemId: string | null;
  /** The cart as the page knows it; the session's when the page does not say. */
  readonly cart: readonly string[];
  /** Items per shelf. */
  readonly limit: number;
  readonly exclude: readonly string[];
  readonly filter: ItemFilter;
}

/** Everything that an answer is made from. Ranking is a function of this and nothing else. */
export interface RankingInputs {
  readonly catalogue: Catalogue;
  /** Embeddings of the active model for this catalogue; null before there is a model. */
  readonly vectors: ItemVectors | null;
  /** The active model's item–item weights for this catalogue; null when it has none: then orders are counted. */
  readonly itemWeights: ItemNeighbours | null;
  readonly session: SessionView;
  /** Nearest items of the shopper's profile, by place; null when nothing is known of the shopper or the index is away. */
  readonly profile: RankedItems | null;
  /** What `personalCandidates` makes of all this, where the caller has it already; null: made when it is needed. */
  readonly personal: Iterable<Candidate> | null;
  /** Nearest items of each seed, by the seed's place. A seed that is missing here has no neighbours (yet). */
  readonly neighbours: ReadonlyMap<number, RankedItems>;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly weights: BlendWeights;
  /** Places hidden by hand (control.json). */
  readonly hidden: ReadonlySet<number>;
  readonly rules: ShelfRules;
  /** The shopper's language. */
  readonly texts: ShelfTexts;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The shop's own rules for every shelf. */
export interface ShelfRules {
  readonly justBoughtDays: number;
  readonly repeatableCategories: readonly string[];
}

/** Why an item stands on a shelf. */
export type ReasonCode =
  | "viewed"
  | "carted"
  | "similar"
  | "bought_together"
  | "profile"
  | "interactions"
  | "trending"
  | "popular_in_country"
  | "popular";

/** An item on its way to a shelf. */
export interface Candidate {
  readonly place: number;
  readonly score: number;
  readonly reason: ReasonCode;
  /** The item that the reason speaks of, by place. */
  readonly because: number | null;
}
