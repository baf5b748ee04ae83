import type { RankedItems } from "../../../domain/catalogue/catalogue.ts";
import { personalCandidates } from "../../../domain/ranking/blend.ts";
import type { RankingInputs } from "../../../domain/ranking/inputs.ts";
import { PackedCandidates } from "../../../domain/ranking/packed-candidates.ts";
import type { ProfileCandidates, SessionView } from "../../../domain/sessions/session.ts";
import type { ServingState } from "./catalogue-cache.ts";
import { rankedPlaces } from "./neighbours.ts";

interface Resolved {
  readonly state: ServingState;
  readonly ranked: RankedItems;
}

interface Scored {
  readonly state: ServingState;
  readonly profile: RankedItems;
  readonly candidates: PackedCandidates;
}

// Both live as long as what they were made from: a view that an isolate forgets takes its scores along.
const resolved = new WeakMap<ProfileCandidates, Resolved>();
const scored = new WeakMap<SessionView, Scored>();

/** A profile's nearest items as places of the present catalogue. */
export function rankedProfile(state: ServingState, candidates: ProfileCandidates): RankedItems {
  const known = resolved.get(candidates);
  if (known?.state === state) return known.ranked;
  const ranked = rankedPlaces(state.catalogue, candidates.item_ids, candidates.scores);
  resolved.set(candidates, { state, ranked });
  return ranked;
}

/**
 * The personal shelf's candidates: scored once for as long as session, catalogue and model stay the same, not once per
 * answer. Null without a profile: then they also depend on the page.
 */
export function scoredCandidates(state: ServingState, inputs: RankingInputs): PackedCandidates | null {
  const { session, profile } = inputs;
  if (profile === null) return null;
  const known = scored.get(session);
  if (known?.state === state && known.profile === profile) return known.candidates;
  const candidates = new PackedCandidates(personalCandidates(inputs));
  scored.set(session, { state, profile, candidates });
  return candidates;
}
