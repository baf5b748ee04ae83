import type { FeatureValue } from "../catalogue/records.ts";

/** Rows that a feature's figures are counted over, about: more are sampled. D1 answers nobody else meanwhile. */
export const FEATURE_ROWS_MAX = 200_000;
/** Features that one statement counts: with {@link FEATURE_ROWS_MAX} rows about a second. */
export const FEATURES_PER_STATEMENT_MAX = 4;
/** Figures of an entity are counted at most this often. */
export const FEATURE_COUNT_INTERVAL_MILLISECONDS = 10 * 60 * 1_000;
/** That a feature is still there is written down at most this often. */
export const FEATURE_SEEN_INTERVAL_MILLISECONDS = 60 * 60 * 1_000;
/** Texts are compared and shown by so many characters: longer ones that begin alike count as one value. */
export const FEATURE_FIGURE_TEXT_MAX_LENGTH = 100;

/** The entities that have features. */
export const FEATURE_ENTITIES = ["users", "items"] as const;
export type FeatureEntity = (typeof FEATURE_ENTITIES)[number];

/** `proposed`: a column of a person's that nobody has configured: its name and kind are known, never its values. */
export const FEATURE_STATES = ["active", "proposed", "gone"] as const;
export type FeatureState = (typeof FEATURE_STATES)[number];

/** A feature that the source has now. */
export interface DescribedFeature {
  readonly name: string;
  /** `text`, `number`, `boolean`, `date` or `datetime`; the last two are ISO 8601 texts in D1. */
  readonly kind: string;
  readonly state: "active" | "proposed";
  /** The name that the configuration says it had before. */
  readonly was: string | null;
}

/** What the catalogue knows of a feature beside its figures. Times are milliseconds since 1970 UTC. */
export interface KnownFeature {
  readonly name: string;
  readonly kind: string;
  readonly state: FeatureState;
  readonly was: string | null;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** What a catalogue becomes by a description. */
export interface CatalogueChange {
  /** Entries to write; those that stay as they are cost no write. */
  readonly written: readonly KnownFeature[];
  /** Names that nobody has heard of before, of columns that somebody may want to configure. */
  readonly proposed: readonly string[];
}

/**
 * Compares what is known with what the source has. A feature that is not described is gone and keeps the time at which
 * it was last seen; one that returns goes on from its first day, and so does one that was renamed.
 */
export function compareCatalogue(
  known: readonly KnownFeature[],
  described: readonly DescribedFeature[],
  now: Date,
): CatalogueChange {
  const at = now.getTime();
  const before = new Map(known.map((feature) => [feature.name, feature]));
  const there = new Set(described.map((feature) => feature.name));
  const written: KnownFeature[] = [];
  const proposed: string[] = [];
  for (const { name, kind, state, was } of described) {
    const old = before.get(name);
    const earlier = was === null ? undefined : before.get(was);
    const firstSeenAt = Math.min(old?.firstSeenAt ?? at, earlier?.firstSeenAt ?? at);
    const isSame = old?.state === state && old.kind === kind && old.was === was && old.firstSeenAt === firstSeenAt;
    if (!isSame || at - old.lastSeenAt >= FEATURE_SEEN_INTERVAL_MILLISECONDS) {
      written.push({ name, kind, state, was, firstSeenAt, lastSeenAt: at });
    }
    // Who took a feature out of the configuration need not be told that it is not configured.
    if (state === "proposed" && (old === undefined || old.state === "gone")) proposed.push(name);
  }
  for (const feature of known) {
    if (!there.has(feature.name) && feature.state !== "gone") written.push({ ...feature, state: "gone" });
  }
  return { written, proposed };
}

/** Of how many rows one is counted: 1 for all of them. @param rows live rows of the entity */
export function sampledEvery(rows: number): number {
  return Math.max(1, Math.ceil(rows / FEATURE_ROWS_MAX));
}

/** The path to a feature in a row's JSON, whatever characters its name has. */
export function featurePath(name: string): string {
  return `$.${JSON.stringify(name)}`;
}

/** A stored minimum or maximum as a value of the feature's kind; null when it is none, as after a change of kind. */
export function figureValue(kind: string, stored: string | null): FeatureValue {
  if (stored === null) return null;
  if (kind === "boolean") return stored === "true";
  if (kind !== "number") return stored;
  const number = Number(stored);
  return Number.isFinite(number) ? number : null;
}
