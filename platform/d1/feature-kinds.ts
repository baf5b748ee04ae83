import { z } from "zod";

import { VERSIONS_CERTAIN_MILLISECONDS } from "../../domain/exports/limits.ts";
import type { FeatureEntity } from "../../domain/sync/feature-catalogue.ts";

const KINDS = {
  text: "text",
  integer: "number",
  real: "number",
  true: "boolean",
  false: "boolean",
  null: "null",
} as const;
const VERSIONS = {
  users: { versions: "user_versions", key: "user_id" },
  items: { versions: "item_versions", key: "item_id" },
} as const satisfies Record<FeatureEntity, unknown>;
const seenSchema = z.array(
  z.object({
    key: z.string(),
    // An object or array cannot be a feature, but the source's JSON might hold one: it is exported as text.
    type: z.enum(["text", "integer", "real", "true", "false", "null"]).catch("text"),
  }),
);
const lengthsSchema = z.array(z.object({ key: z.string(), length: z.number() }));

/** One kind of value seen under a feature's name; a name may be seen with several. */
export interface SeenFeature {
  readonly name: string;
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
}

function seenOf(rows: readonly unknown[]): SeenFeature[] {
  return seenSchema.parse(rows).map(({ key, type }) => ({ name: key, kind: KINDS[type] }));
}

/** Names of an entity's features and the kinds of value under each, over all rows that are not deleted. */
export async function readFeatureKinds(db: D1Database, entity: FeatureEntity): Promise<SeenFeature[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT feature.key, feature.type FROM ${entity}, json_each(${entity}.features) AS feature
       WHERE ${entity}.deleted_at IS NULL`,
    )
    .all();
  return seenOf(results);
}

/** One kind per feature that has a value: `text` where values are of several kinds. */
export function onlyKinds(seen: readonly SeenFeature[]): Map<string, string> {
  const kinds = new Map<string, string>();
  for (const { name, kind } of seen) {
    if (kind !== "null") kinds.set(name, (kinds.get(name) ?? kind) === kind ? kind : "text");
  }
  return kinds;
}

/** What a record `t` had as features at ?1, null where it was not there. A deleted user has no versions. */
const FEATURES_AS_OF = "iif(v.until IS NULL, iif(t.deleted_at IS NULL, t.features, NULL), v.features)";

/** The records of an entity, `t`, with what each was at ?1, `v`, where it has changed since. */
function recordsAsOf(entity: FeatureEntity): string {
  const { versions, key } = VERSIONS[entity];
  return `${entity} AS t LEFT JOIN ${versions} AS v ON v.${key} = t.${key}
    AND v.until = (SELECT min(until) FROM ${versions} WHERE ${key} = t.${key} AND until > ?1)`;
}

/**
 * Names and kinds as {@link readFeatureKinds} gave them at a time, over the records that were there then, without users
 * who are deleted since.
 * @param asOf milliseconds since 1970 UTC
 */
export async function readFeatureKindsAsOf(
  db: D1Database,
  entity: FeatureEntity,
  asOf: number,
): Promise<SeenFeature[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT feature.key, feature.type
       FROM ${recordsAsOf(entity)} CROSS JOIN json_each(${FEATURES_AS_OF}) AS feature`,
    )
    .bind(asOf)
    .all();
  return seenOf(results);
}

/**
 * How many characters the texts of each feature of items came to at a time. Items that were gone then count as what they
 * were last: shoppers did something with them, and `training` says with what.
 * @param asOf milliseconds since 1970 UTC
 */
export async function readTextLengths(db: D1Database, asOf: number): Promise<Map<string, number>> {
  const lastFeatures = `SELECT features FROM item_versions
    WHERE item_id = t.item_id AND until <= ?1 AND until > ?2 AND existed ORDER BY until DESC LIMIT 1`;
  const { results } = await db
    .prepare(
      `SELECT feature.key, sum(length(feature.value)) AS length
       FROM ${recordsAsOf("items")} CROSS JOIN json_each(coalesce(${FEATURES_AS_OF}, (${lastFeatures}))) AS feature
       WHERE feature.type = 'text' GROUP BY feature.key`,
    )
    .bind(asOf, asOf - VERSIONS_CERTAIN_MILLISECONDS)
    .all();
  return new Map(lengthsSchema.parse(results).map(({ key, length }) => [key, length]));
}
