import config from "#shop-config";

import { userFeatures } from "../../../domain/catalogue/features.ts";
import type { FeatureValues } from "../../../domain/catalogue/records.ts";
import { hash64 } from "../../../domain/hash.ts";
import type { VectorIndex } from "../../../domain/models/vector-index.ts";
import { VECTOR_INDEX_DIMENSIONS } from "../../../domain/models/vector-index.ts";
import { CANDIDATES_MAX } from "../../../domain/ranking/placements.ts";
import type { ProfileCandidates, SessionView } from "../../../domain/sessions/session.ts";
import type { ServingModel } from "../../../platform/r2/model-store.ts";
import { matchesToIds } from "./neighbours.ts";

/** Profiles without a session of their own (a country, features that came with a request) kept by an isolate. */
const PROFILES_KEPT_MAX = 1_000;
// By `<version>|<feature hash>`, oldest first.
const kept = new Map<string, ProfileCandidates>();

/** Who the profile is of. */
export interface ProfileSubject {
  readonly session: SessionView;
  /** Features that came with the request win over what is stored, for this answer. */
  readonly features: FeatureValues | null;
  readonly country: string | null;
  /** A known user's id: models that ship user embeddings by id know them by it. */
  readonly userId: string | null;
}

/** Where an embedding by id is looked up, for models that have them. */
export type UserEmbeddingLookup = (version: string, userId: string) => Promise<readonly number[] | null>;

/** What the profile's candidates need from outside. */
export interface ProfileSource {
  readonly model: ServingModel;
  readonly index: VectorIndex;
  readonly lookUpEmbedding: UserEmbeddingLookup;
  /** Keeps what was found with the shopper's session. */
  remember(candidates: ProfileCandidates): void;
}

/** Which profile is meant: everything that its embedding depends on. Null when nothing is known of the shopper. */
export interface ProfileKey {
  readonly version: string;
  readonly hash: string;
  readonly features: FeatureValues;
  /** Set when the model knows this very user by id. */
  readonly embeddedUser: string | null;
}

/** Names the profile of a shopper under a model. */
export function profileKey(model: ServingModel, subject: ProfileSubject): ProfileKey | null {
  const { columns } = config.source.users;
  const features = userFeatures(subject.features ?? subject.session.features, subject.country, columns);
  const embeddedUser = model.hasUserEmbeddings && subject.features === null ? subject.userId : null;
  if (embeddedUser === null && Object.keys(features).length === 0) return null;
  const text = JSON.stringify(embeddedUser === null ? features : [embeddedUser, features]);
  return { version: model.manifest.version, hash: hash64(text), features, embeddedUser };
}

/** The profile's nearest items if the session or the isolate holds them. */
export function heldProfile(key: ProfileKey, session: SessionView): ProfileCandidates | undefined {
  return (
    session.candidates.find(
      (candidates) => candidates.version === key.version && candidates.feature_hash === key.hash,
    ) ?? kept.get(`${key.version}|${key.hash}`)
  );
}

async function embed(source: ProfileSource, key: ProfileKey): Promise<ArrayLike<number> | null> {
  const stored = key.embeddedUser === null ? null : await source.lookUpEmbedding(key.version, key.embeddedUser);
  return stored ?? source.model.embedUser(key.features);
}

/**
 * Finds the items nearest to a shopper's profile under the active model. The user embedding is computed here, at
 * request time, by the model's user tower. What is found is kept with the session of a known user, and in the isolate
 * for everyone of whom only the country or the request's features are known.
 * @returns null when the model has no embedding for such a shopper
 * @throws what the vector index throws
 */
export async function fetchProfile(
  source: ProfileSource,
  key: ProfileKey,
  ownSession: boolean,
): Promise<ProfileCandidates | null> {
  const embedding = await embed(source, key);
  if (embedding === null) return null;
  const padded = Array.from({ length: VECTOR_INDEX_DIMENSIONS }, (_, component) => embedding[component] ?? 0);
  const found = matchesToIds(await source.index.query(padded, { topK: CANDIDATES_MAX, namespace: key.version }));
  const candidates: ProfileCandidates = {
    version: key.version,
    feature_hash: key.hash,
    item_ids: found.ids,
    scores: found.scores,
  };
  if (ownSession) {
    source.remember(candidates);
    return candidates;
  }
  const [oldest] = kept.keys();
  if (kept.size >= PROFILES_KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  kept.set(`${key.version}|${key.hash}`, candidates);
  return candidates;
}
