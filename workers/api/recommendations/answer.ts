import type { RankedItems } from "../../../domain/catalogue/catalogue.ts";
import type { EndcapConfig } from "../../../domain/config/schema.ts";
import type { Control } from "../../../domain/control/control.ts";
import { blendFrom } from "../../../domain/ranking/blend.ts";
import { neighbourSeeds } from "../../../domain/ranking/gather.ts";
import type { PlacementRequest, RankingInputs } from "../../../domain/ranking/inputs.ts";
import { rankPlacement, type Shelf } from "../../../domain/ranking/rank.ts";
import type { PlacementRecorder } from "../../../domain/ranking/recorder.ts";
import type { ShelfTexts } from "../../../domain/ranking/texts/shelf-texts.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import type { SessionView } from "../../../domain/sessions/session.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import type { ServingState } from "./catalogue-cache.ts";
import type { WaitUntil } from "../shared-work.ts";
import { within } from "./deadline.ts";
import {
  fetchNeighbours,
  heldNeighbours,
  type NeighbourCache,
  type NeighbourSource,
  servedNeighbours,
} from "./neighbours.ts";
import { rankedProfile, scoredCandidates } from "./personal.ts";
import {
  fetchProfile,
  heldProfile,
  type ProfileCache,
  profileKey,
  type ProfileSource,
  type ProfileSubject,
  servedProfiles,
} from "./profile.ts";

/** The vector index is asked outside the steady state only; an answer waits for it no longer than this. */
export const VECTOR_DEADLINE_MILLISECONDS = 250;

/** A shopper's profile, and what finding its nearest items needs. */
export interface ProfileContext {
  readonly subject: ProfileSubject;
  readonly source: Pick<ProfileSource, "lookUpEmbedding" | "remember">;
}

/** What an isolate remembers of the vector index. */
export interface RankingCaches {
  readonly neighbours: NeighbourCache;
  readonly profiles: ProfileCache;
  /** Personal candidates kept by session; null where each answer scores anew. */
  readonly scored: typeof scoredCandidates | null;
}

/** What answers are made from. */
export const servedCaches: RankingCaches = {
  neighbours: servedNeighbours,
  profiles: servedProfiles,
  scored: scoredCandidates,
};

/** Everything that is known when ranking begins. */
export interface AnswerContext {
  readonly env: RuntimeEnv;
  readonly config: EndcapConfig;
  readonly control: Control;
  readonly state: ServingState;
  readonly session: SessionView;
  /** Null without consent: then the answer is made from the page alone. */
  readonly profile: ProfileContext | null;
  /** For the list of what sells there. */
  readonly country: string | null;
  /** The shopper's language. */
  readonly texts: ShelfTexts;
  /** Stages that were left out; ranking adds its own. */
  readonly degraded: Set<string>;
  readonly waitUntil: WaitUntil;
  readonly caches: RankingCaches;
}

async function findProfile({
  env,
  state,
  session,
  profile,
  degraded,
  waitUntil,
  caches,
}: AnswerContext): Promise<RankedItems | null> {
  if (state.model === null || profile === null) return null;
  const key = profileKey(state.model, profile.subject);
  if (key === null) return null;
  let candidates = heldProfile(key, session, caches.profiles) ?? null;
  if (candidates === null) {
    const ownSession = profile.subject.features === null && session.features !== null;
    const source: ProfileSource = {
      model: state.model,
      index: env.VECTOR_INDEX,
      lookUpEmbedding: profile.source.lookUpEmbedding,
      remember: ownSession ? profile.source.remember : null,
      cache: caches.profiles,
      waitUntil,
    };
    const fetching = fetchProfile(source, key);
    const found = await within("profile", VECTOR_DEADLINE_MILLISECONDS, fetching, waitUntil);
    if (found.ok) candidates = found.value;
    else degraded.add(`vector_${found.error.kind}`);
  }
  return candidates === null ? null : rankedProfile(state, candidates);
}

async function findNeighbours(context: AnswerContext, seeds: ReadonlySet<number>): Promise<Map<number, RankedItems>> {
  const { state, degraded } = context;
  const found = new Map<number, RankedItems>();
  if (state.model === null) return found;
  const source: NeighbourSource = {
    index: context.env.VECTOR_INDEX,
    version: state.model.manifest.version,
    catalogue: state.catalogue,
    waitUntil: context.waitUntil,
    cache: context.caches.neighbours,
  };
  const missing: number[] = [];
  for (const seed of seeds) {
    const held = heldNeighbours(source, seed);
    if (held === undefined) missing.push(seed);
    else found.set(seed, held);
  }
  await Promise.all(
    missing.map(async (seed) => {
      const fetched = await within(
        "neighbours",
        VECTOR_DEADLINE_MILLISECONDS,
        fetchNeighbours(source, seed),
        context.waitUntil,
      );
      if (fetched.ok) found.set(seed, fetched.value);
      else degraded.add(`vector_${fetched.error.kind}`);
    }),
  );
  return found;
}

function hiddenPlaces({ control, state }: AnswerContext): ReadonlySet<number> {
  return new Set(control.hidden.flatMap((itemId) => state.catalogue.placeOf(itemId) ?? []));
}

/** Gathers what the ranking of these placements is made from. Never throws: what fails is left out and named. */
export async function pageInputs(
  context: AnswerContext,
  requests: readonly PlacementRequest[],
): Promise<RankingInputs> {
  const { state, session, config } = context;
  const inputs = { catalogue: state.catalogue, session };
  const seeds = new Set(requests.flatMap((request) => neighbourSeeds(inputs, request)));
  const [profile, neighbours] = await Promise.all([findProfile(context), findNeighbours(context, seeds)]);
  return {
    ...inputs,
    vectors: state.vectors,
    itemWeights: state.neighbours,
    profile,
    personal: null,
    neighbours,
    country: context.country,
    weights: blendFrom(state.model?.manifest.blend),
    hidden: hiddenPlaces(context),
    rules: config.ranking,
    texts: context.texts,
    now: Date.now(),
  };
}

/**
 * The shelves of a whole page, placement by placement, no item twice.
 * @param recorders one for each request where somebody wants to know how its shelves come about
 */
export async function rankPage(
  context: AnswerContext,
  requests: readonly PlacementRequest[],
  recorders: readonly PlacementRecorder[] | null = null,
): Promise<Shelf[][]> {
  const inputs = await pageInputs(context, requests);
  // What one part of the page is about, no other part recommends.
  const taken = new Set(
    requests.flatMap(({ itemId }) => (itemId === null ? [] : (inputs.catalogue.placeOf(itemId) ?? []))),
  );
  return requests.map((request, position) => {
    const recorder = recorders?.[position] ?? null;
    try {
      const personal = context.caches.scored?.(context.state, inputs) ?? null;
      return rankPlacement({ ...inputs, personal }, request, taken, recorder);
    } catch (error) {
      // A mistake of ours must not cost the shop its page: popular items need none of what may have failed.
      logger.error("ranking_failed", { placement: request.placement, message: messageOf(error) });
      context.degraded.add("ranking_error");
      const plain = {
        ...inputs,
        vectors: null,
        profile: null,
        personal: null,
        neighbours: new Map(),
        session: EMPTY_VIEW,
      };
      return rankPlacement(plain, request, taken, recorder);
    }
  });
}
