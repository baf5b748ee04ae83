import { z } from "zod";

import type { FeatureValue, FeatureValues } from "../../../domain/catalogue/records.ts";
import { countryCode } from "../../../domain/sync/country.ts";
import config from "../../../endcap.config.ts";
import { featureFields, featureValues, rowId } from "./field-input.ts";

const { features: configured, country: countryColumn } = config.source.users;

const userFeatures = featureValues.superRefine((features, context) => {
  const unnamed = Object.keys(features).filter((name) => !configured.includes(name));
  if (unnamed.length === 0) return;
  context.addIssue({
    code: "custom",
    message:
      `${unnamed.join(", ")} cannot be taken: a person's data is only kept when the configuration names it ` +
      "(source.users.features).",
  });
});

const country = z.string().transform((text, context) => {
  const code = countryCode(text);
  if (code !== null) return code;
  context.addIssue({ code: "custom", message: "must be a country's ISO 3166-1 code or English name" });
  return z.NEVER;
});

const fields = { features: userFeatures, country: country.nullable().optional() };

/** Body of `PUT /v1/users/:id`, and an element of `PUT /v1/users`. */
export const userSchema = z.strictObject(fields);
export const userElementSchema = z.strictObject({ user_id: rowId, ...fields });

/** The country, where only the column that the sync reads it from was sent: the two must not drift apart. */
function countryOf(features: FeatureValues): [string, FeatureValue][] {
  if (countryColumn === undefined || !Object.hasOwn(features, countryColumn)) return [];
  const text = features[countryColumn] ?? null;
  return [["country", typeof text === "string" ? countryCode(text) : null]];
}

/** What an input says, by the field names of pushes. */
export function userFields({ features, country: code }: z.infer<typeof userSchema>): FeatureValues {
  return Object.fromEntries([
    ...(code === undefined ? countryOf(features) : [["country", code] satisfies [string, FeatureValue]]),
    ...featureFields(features),
  ]);
}
