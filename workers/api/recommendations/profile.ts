import config from "#shop-config";

import { userFeatures } from "../../../domain/catalogue/features.ts";
import type { FeatureValues } from "../../../domain/catalogue/records.ts";
import { hash64 } from "../../../domain/hash.ts";
import type { VectorIndex } from "../../../domain/models/vector-index.ts";
import { VECTOR_INDEX_DIMENSIONS } from "../../../domain/models/vector-index.ts";
import { CANDIDATES_MAX } from "../../../domain/ranking/placements.ts";
import type { ProfileCandidates, SessionView } from "../../../domain/sessions/session.ts";
import type { ServingModel } from "../../../platform/r2/model-store.ts";
import { SharedWork, type WaitUntil } from "../shared-work.ts";
import { matchesToIds } from "./neighbours.ts";

/** Profiles without a session of their own (a country, features that came with a request) kept by an isolate. */
const PROFILES_KEPT_MAX = 1_000;

/** Profiles that an isolate keeps, by `<version>|<feature hash>`, oldest first. */
export class ProfileCache {
  readonly #most: number;
  readonly #kept = new Map<string, ProfileCandidates>();
  /** One question per profile and isolate at a time: after a switch of models many answers have the same one. */
  readonly asking = new SharedWork<ProfileCandidates | null>();

  /** @param most profiles that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): ProfileCandidates | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, candidates: ProfileCandidates): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= this.#most && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, candidates);
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** The profiles that answers are made from. */
export const servedProfiles = new ProfileCache(PROFILES_KEPT_MAX);

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
  /** Keeps what was found with the shopper's session; null where there is none, or none to write to. */
  readonly remember: ((candidates: ProfileCandidates) => void) | null;
  readonly cache: ProfileCache;
  readonly waitUntil: WaitUntil;
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

function nameOf({ version, hash }: ProfileKey): string {
  return `${version}|${hash}`;
}

/** The profile's nearest items if the session or the isolate holds them. */
export function heldProfile(key: ProfileKey, session: SessionView, cache: ProfileCache): ProfileCandidates | undefined {
  return (
    session.candidates.find(
      (candidates) => candidates.version === key.version && candidates.feature_hash === key.hash,
    ) ?? cache.get(nameOf(key))
  );
}

async function embed(source: ProfileSource, key: ProfileKey): Promise<ArrayLike<number> | null> {
  const stored = key.embeddedUser === null ? null : await source.lookUpEmbedding(key.version, key.embeddedUser);
  return stored ?? source.model.embedUser(key.features);
}

async function ask(source: ProfileSource, key: ProfileKey): Promise<ProfileCandidates | null> {
  const embedding = await embed(source, key);
  if (embedding === null) return null;
  const padded = Array.from({ length: VECTOR_INDEX_DIMENSIONS }, (_, component) => embedding[component] ?? 0);
  const found = matchesToIds(await source.index.query(padded, { topK: CANDIDATES_MAX, namespace: key.version }));
  return { version: key.version, feature_hash: key.hash, item_ids: found.ids, scores: found.scores };
}

/**
 * Finds the items nearest to a shopper's profile under a model. The user embedding is computed here, at request time, by
 * the model's user tower. What is found is kept with the session of a known user, and in the isolate for everyone of
 * whom only the country or the request's features are known.
 * @returns null when the model has no embedding for such a shopper
 * @throws what the vector index throws
 */
export async function fetchProfile(source: ProfileSource, key: ProfileKey): Promise<ProfileCandidates | null> {
  const name = nameOf(key);
  const candidates = await source.cache.asking.run(name, source.waitUntil, Date.now(), () => ask(source, key));
  if (candidates === null) return null;
  if (source.remember === null) source.cache.keep(name, candidates);
  else source.remember(candidates);
  return candidates;
}
