import { takeBest, takeVaried } from "./arrange.ts";
import { personalCandidates } from "./blend.ts";
import { explain, type RecommendedItem } from "./explain.ts";
import { excludedPlaces, passes } from "./filter.ts";
import { popularCandidates, seedPlaces, similarCandidates, togetherCandidates, trendingCandidates } from "./gather.ts";
import type { Candidate, PlacementRequest, RankingInputs, ReasonCode } from "./inputs.ts";
import { type Filler, type PlacementPlan, PLACEMENTS, type ShelfPlan, type Strategy } from "./placements.ts";

/** A row of items of an answer. */
export interface Shelf {
  readonly strategy: Strategy;
  readonly title: string;
  /** The one item that the shelf starts from. */
  readonly seed?: { readonly item_id: string };
  readonly items: readonly RecommendedItem[];
}

interface ShelfContext {
  readonly inputs: RankingInputs;
  readonly request: PlacementRequest;
  readonly seeds: readonly number[];
  /** What `similar` says of its seeds. */
  readonly seedReason: ReasonCode;
  readonly allowed: (place: number) => boolean;
}

function reasonOfSeeds(plan: PlacementPlan): ReasonCode {
  return plan.seed === "last" ? "viewed" : plan.seed === "cart" ? "carted" : "similar";
}

function ownItems(strategy: ShelfPlan["strategy"], context: ShelfContext): Candidate[] {
  const { inputs, seeds, allowed } = context;
  const limit = context.request.limit;
  switch (strategy) {
    case "similar":
      return takeBest(similarCandidates(inputs, seeds, context.seedReason), limit, allowed);
    case "together":
      return takeBest(togetherCandidates(inputs, seeds), limit, allowed);
    case "trending":
      return takeBest(trendingCandidates(inputs), limit, allowed);
    case "profile": {
      const candidates = inputs.personal ?? personalCandidates(inputs);
      const { diversity } = inputs.weights;
      return inputs.vectors === null || diversity === 0
        ? takeBest(candidates, limit, allowed)
        : takeVaried(candidates, limit, allowed, inputs.vectors, diversity);
    }
    default: {
      const unreachable: never = strategy;
      return unreachable;
    }
  }
}

function fillerCandidates(filler: Filler, { inputs, seeds, seedReason }: ShelfContext): Iterable<Candidate> {
  return filler === "similar" ? similarCandidates(inputs, seeds, seedReason) : popularCandidates(inputs);
}

/** Adds fillers until the shelf is full. Scores go on downwards, since a filler ranks below what it follows. */
function fill(items: readonly Candidate[], fillers: readonly Filler[], context: ShelfContext): Candidate[] {
  const filled = [...items];
  const placed = new Set(items.map((item) => item.place));
  for (const filler of fillers) {
    const missing = context.request.limit - filled.length;
    if (missing <= 0) break;
    const allowed = (place: number): boolean => !placed.has(place) && context.allowed(place);
    for (const candidate of takeBest(fillerCandidates(filler, context), missing, allowed)) {
      placed.add(candidate.place);
      filled.push({ ...candidate, score: Math.min(candidate.score, filled.at(-1)?.score ?? 1) });
    }
  }
  return filled;
}

function makeShelf(plan: ShelfPlan, context: ShelfContext): { shelf: Shelf; places: number[] } {
  const { inputs } = context;
  const { catalogue } = inputs;
  const own = ownItems(plan.strategy, context);
  const items = fill(own, plan.fillers, context);
  const first = own[0];
  const seed = plan.strategy === "similar" ? context.seeds[0] : undefined;
  // A shelf with nothing of its own is what it is: popular items.
  const strategy = first === undefined ? "popular" : plan.strategy;
  const shelf: Shelf = {
    strategy,
    title: inputs.texts.title(
      strategy,
      first?.reason ?? "popular",
      seed === undefined ? "" : catalogue.displayOf(seed).name,
    ),
    ...(seed === undefined || strategy === "popular" ? {} : { seed: { item_id: catalogue.idOf(seed) } }),
    items: items.map((candidate) => explain(catalogue, candidate, inputs.texts, inputs.country)),
  };
  return { shelf, places: items.map((item) => item.place) };
}

/**
 * One placement's shelves: gather → filter → score → arrange → explain. No item twice, and none of what the shopper
 * already has, saw or cannot buy.
 * @param taken places used by earlier placements of the same page; what is shown here is added to it
 */
export function rankPlacement(
  inputs: RankingInputs,
  request: PlacementRequest,
  taken: Set<number> = new Set(),
): Shelf[] {
  const plan: PlacementPlan = PLACEMENTS[request.placement];
  const excluded = excludedPlaces(inputs, request);
  const context: ShelfContext = {
    inputs,
    request,
    seeds: seedPlaces(inputs, request),
    seedReason: reasonOfSeeds(plan),
    allowed: (place) => !excluded.has(place) && !taken.has(place) && passes(inputs.catalogue, request.filter, place),
  };
  const shelves: Shelf[] = [];
  for (const shelfPlan of plan.shelves) {
    // Home's first shelf needs a last item to speak of; a new shopper's home begins with the next one.
    if (shelfPlan.strategy === "similar" && plan.seed === "last" && context.seeds.length === 0) continue;
    const { shelf, places } = makeShelf(shelfPlan, context);
    for (const place of places) taken.add(place);
    shelves.push(shelf);
  }
  return shelves;
}

function alone(inputs: RankingInputs, request: PlacementRequest, seedReason: ReasonCode): ShelfContext {
  const excluded = excludedPlaces(inputs, request);
  return {
    inputs,
    request,
    seeds: seedPlaces(inputs, request),
    seedReason,
    allowed: (place) => !excluded.has(place) && passes(inputs.catalogue, request.filter, place),
  };
}

/** One shelf of items like the given one, for `GET /v1/items/:id/similar`. */
export function rankSimilar(inputs: RankingInputs, request: PlacementRequest): readonly RecommendedItem[] {
  return makeShelf({ strategy: "similar", fillers: ["popular"] }, alone(inputs, request, "similar")).shelf.items;
}

/** The personal shelf by itself, as it stands where no other shelf has taken an item before: what is evaluated. */
export function rankPersonal(inputs: RankingInputs, request: PlacementRequest): readonly RecommendedItem[] {
  return makeShelf({ strategy: "profile", fillers: ["popular"] }, alone(inputs, request, "viewed")).shelf.items;
}
