import type { RankedItems } from "../../../domain/catalogue/catalogue.ts";
import type { EndcapConfig } from "../../../domain/config/schema.ts";
import type { Control } from "../../../domain/control/control.ts";
import { blendFrom } from "../../../domain/ranking/blend.ts";
import { neighbourSeeds } from "../../../domain/ranking/gather.ts";
import type { PlacementRequest, RankingInputs } from "../../../domain/ranking/inputs.ts";
import { rankPlacement, type Shelf } from "../../../domain/ranking/rank.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import type { SessionView } from "../../../domain/sessions/session.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import type { ServingState } from "./catalogue-cache.ts";
import { within } from "./deadline.ts";
import { fetchNeighbours, heldNeighbours, type NeighbourSource, rankedPlaces } from "./neighbours.ts";
import { fetchProfile, heldProfile, profileKey, type ProfileSource, type ProfileSubject } from "./profile.ts";

/** The vector index is asked outside the steady state only; an answer waits for it no longer than this. */
export const VECTOR_DEADLINE_MILLISECONDS = 250;

/** Everything that is known when ranking begins. */
export interface AnswerContext {
  readonly env: RuntimeEnv;
  readonly config: EndcapConfig;
  readonly control: Control;
  readonly state: ServingState;
  readonly session: SessionView;
  readonly subject: ProfileSubject;
  /** False without consent: then the answer is made from the page alone. */
  readonly personal: boolean;
  /** For the list of what sells there. */
  readonly country: string | null;
  /** Stages that were left out; ranking adds its own. */
  readonly degraded: Set<string>;
  readonly profileSource: Pick<ProfileSource, "lookUpEmbedding" | "remember">;
  waitUntil(work: Promise<unknown>): void;
}

async function findProfile(context: AnswerContext): Promise<RankedItems | null> {
  const { state, session, degraded } = context;
  if (state.model === null || !context.personal) return null;
  const key = profileKey(state.model, context.subject);
  if (key === null) return null;
  let candidates = heldProfile(key, session) ?? null;
  if (candidates === null) {
    const source: ProfileSource = { ...context.profileSource, model: state.model, index: context.env.VECTOR_INDEX };
    const ownSession = context.subject.features === null && session.features !== null;
    const found = await within("profile", VECTOR_DEADLINE_MILLISECONDS, fetchProfile(source, key, ownSession));
    if (!found.ok) degraded.add(`vector_${found.error.kind}`);
    else candidates = found.value;
  }
  return candidates === null ? null : rankedPlaces(state.catalogue, candidates.item_ids, candidates.scores);
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
  };
  const missing: number[] = [];
  for (const seed of seeds) {
    const held = heldNeighbours(source, seed);
    if (held === undefined) missing.push(seed);
    else found.set(seed, held);
  }
  await Promise.all(
    missing.map(async (seed) => {
      const fetched = await within("neighbours", VECTOR_DEADLINE_MILLISECONDS, fetchNeighbours(source, seed));
      if (fetched.ok) found.set(seed, fetched.value);
      else degraded.add(`vector_${fetched.error.kind}`);
    }),
  );
  return found;
}

function hiddenPlaces({ control, state }: AnswerContext): ReadonlySet<number> {
  return new Set(control.hidden.flatMap((itemId) => state.catalogue.placeOf(itemId) ?? []));
}

/** The shelves of a whole page, placement by placement, no item twice. Never throws: what fails is left out and named. */
export async function rankPage(context: AnswerContext, requests: readonly PlacementRequest[]): Promise<Shelf[][]> {
  const { state, session, config } = context;
  const inputs = { catalogue: state.catalogue, session };
  const seeds = new Set(requests.flatMap((request) => neighbourSeeds(inputs, request)));
  const [profile, neighbours] = await Promise.all([findProfile(context), findNeighbours(context, seeds)]);
  const rankingInputs: RankingInputs = {
    ...inputs,
    vectors: state.vectors,
    profile,
    neighbours,
    country: context.country,
    weights: blendFrom(state.model?.manifest.blend),
    hidden: hiddenPlaces(context),
    rules: config.ranking,
    now: Date.now(),
  };
  const taken = new Set<number>();
  return requests.map((request) => {
    try {
      return rankPlacement(rankingInputs, request, taken);
    } catch (error) {
      // A mistake of ours must not cost the shop its page: popular items need none of what may have failed.
      logger.error("ranking_failed", { placement: request.placement, message: messageOf(error) });
      context.degraded.add("ranking_error");
      const plain = { ...rankingInputs, vectors: null, profile: null, neighbours: new Map(), session: EMPTY_VIEW };
      return rankPlacement(plain, request, taken);
    }
  });
}
