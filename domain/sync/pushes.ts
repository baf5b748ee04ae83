import type { FeatureValue } from "../catalogue/records.ts";

/** One pushed value, and what the source said when it came. */
export interface PushedField {
  readonly value: FeatureValue;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** The source's own value at that time: while it says the same, the push holds. Null too for a row it does not have. */
  readonly sourceValue: FeatureValue;
}

/** Field name → what was pushed. */
export type PushedFields = Readonly<Record<string, PushedField>>;
