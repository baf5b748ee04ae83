import { takeBest, takeVaried } from "./arrange.ts";
import { personalCandidates } from "./blend.ts";
import { explain, type RecommendedItem } from "./explain.ts";
import { excludedPlaces, passes } from "./filter.ts";
import type { PlacementRecorder } from "./recorder.ts";
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
  /** Null where nobody wants an explanation. */
  readonly recorder: PlacementRecorder | null;
}

function reasonOfSeeds(plan: PlacementPlan): ReasonCode {
  return plan.seed === "last" ? "viewed" : plan.seed === "cart" ? "carted" : "similar";
}

/** The candidates, told to the recorder if there is one. */
function told(source: Strategy, candidates: Iterable<Candidate>, { recorder }: ShelfContext): Iterable<Candidate> {
  return recorder === null ? candidates : recorder.found(source, candidates);
}

function ownItems(strategy: ShelfPlan["strategy"], context: ShelfContext): Candidate[] {
  const { inputs, seeds, allowed, recorder } = context;
  const limit = context.request.limit;
  switch (strategy) {
    case "similar":
      return takeBest(
        told(strategy, similarCandidates(inputs, seeds, context.seedReason), context),
        limit,
        allowed,
        recorder,
      );
    case "together":
      return takeBest(told(strategy, togetherCandidates(inputs, seeds), context), limit, allowed, recorder);
    case "trending":
      return takeBest(told(strategy, trendingCandidates(inputs), context), limit, allowed, recorder);
    case "profile": {
      const candidates = told(strategy, inputs.personal ?? personalCandidates(inputs), context);
      const { diversity } = inputs.weights;
      return inputs.vectors === null || diversity === 0
        ? takeBest(candidates, limit, allowed, recorder)
        : takeVaried(candidates, limit, allowed, inputs.vectors, diversity, recorder);
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
    const candidates = told(filler, fillerCandidates(filler, context), context);
    const more = takeBest(candidates, missing, allowed, context.recorder);
    context.recorder?.took(more);
    for (const candidate of more) {
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
  context.recorder?.took(own);
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
  context.recorder?.endShelf(strategy);
  return { shelf, places: items.map((item) => item.place) };
}

/**
 * One placement's shelves: gather → filter → score → arrange → explain. No item twice, and none of what the shopper
 * already has, saw or cannot buy.
 * @param taken places used by earlier placements of the same page; what is shown here is added to it
 * @param recorder is told how the shelves come about; null where nobody wants to know
 */
export function rankPlacement(
  inputs: RankingInputs,
  request: PlacementRequest,
  taken: Set<number> = new Set(),
  recorder: PlacementRecorder | null = null,
): Shelf[] {
  const plan: PlacementPlan = PLACEMENTS[request.placement];
  const excluded = excludedPlaces(inputs, request);
  const seeds = seedPlaces(inputs, request);
  recorder?.begin(inputs, request, seeds);
  const context: ShelfContext = {
    inputs,
    request,
    seeds,
    seedReason: reasonOfSeeds(plan),
    recorder,
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
    recorder: null,
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
