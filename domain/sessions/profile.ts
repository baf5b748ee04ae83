import type { FeatureValues } from "../catalogue/records.ts";
import { type SyncedPurchase, uniteWithSynced } from "./purchases.ts";
import { type SyncedRating, uniteRatingsWithSynced } from "./ratings.ts";
import {
  type ProfileCandidates,
  SESSION_CANDIDATES_MAX,
  SESSION_PROFILE_MILLISECONDS,
  type Session,
} from "./session.ts";

/** What is synced of a user. */
export interface UserProfile {
  /** Null for a user whom the shop does not know (yet). */
  readonly features: FeatureValues | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly purchases: readonly SyncedPurchase[];
  readonly ratings: readonly SyncedRating[];
}

/** True when a known user's synced facts have not been read yet, or long ago. */
export function profileAge(session: Session, now: number): "never" | "old" | "young" {
  if (session.profile_loaded_at === 0) return "never";
  return now - session.profile_loaded_at >= SESSION_PROFILE_MILLISECONDS ? "old" : "young";
}

/** The session with what is synced of its user. */
export function withProfile(session: Session, profile: UserProfile, now: number): Session {
  return {
    ...session,
    features: profile.features,
    country: profile.country,
    purchases: uniteWithSynced(session.purchases, profile.purchases),
    ratings: uniteRatingsWithSynced(session.ratings, profile.ratings),
    profile_loaded_at: now,
  };
}

/** The session with these candidates: one list per model version, at most the two newest versions. */
export function withCandidates(session: Session, candidates: ProfileCandidates): Session {
  const others = session.candidates.filter((known) => known.version !== candidates.version);
  return { ...session, candidates: [...others, candidates].slice(-SESSION_CANDIDATES_MAX) };
}
