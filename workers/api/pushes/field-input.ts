import { z } from "zod";

import type { FeatureValue, FeatureValues } from "../../../domain/catalogue/records.ts";
import { FEATURE_TEXT_MAX_LENGTH, KEY_MAX_LENGTH, RECORD_MAX_LENGTH } from "../../../domain/sync/limits.ts";
import { FEATURE_PREFIX } from "../../../domain/sync/pushes.ts";
import { FEATURE_NAME_MAX_LENGTH, PUSHED_FEATURES_MAX } from "./limits.ts";

// Half a surrogate pair would be stored as another text than it was sent as.
const PLAIN = /^[^\p{Cc}\p{Cs}]*$/u;

/** The id of an item or a user. */
export const rowId = z.string().min(1).max(KEY_MAX_LENGTH).regex(PLAIN, "must not hold control characters");
export const featureName = z
  .string()
  .min(1)
  .max(FEATURE_NAME_MAX_LENGTH)
  .regex(PLAIN, "must not hold control characters");
const featureValue = z.union([z.string().max(FEATURE_TEXT_MAX_LENGTH), z.number(), z.boolean(), z.null()]);

/** Features by name. */
export const featureValues = z
  .record(featureName, featureValue)
  .refine((features) => Object.keys(features).length <= PUSHED_FEATURES_MAX, `at most ${PUSHED_FEATURES_MAX} features`)
  .refine(
    (features) => JSON.stringify(features).length <= RECORD_MAX_LENGTH,
    `at most ${RECORD_MAX_LENGTH} characters as JSON`,
  );

/** Features by the field names of pushes. */
export function featureFields(features: FeatureValues): [string, FeatureValue][] {
  return Object.entries(features).map(([name, value]) => [`${FEATURE_PREFIX}${name}`, value]);
}
