import { z } from "zod";

import type { FeatureEntity } from "../../domain/sync/feature-catalogue.ts";

const KINDS = {
  text: "text",
  integer: "number",
  real: "number",
  true: "boolean",
  false: "boolean",
  null: "null",
} as const;
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

/** Names of an entity's features and the kinds of value under each, over all rows that are not deleted. */
export async function readFeatureKinds(db: D1Database, entity: FeatureEntity): Promise<SeenFeature[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT feature.key, feature.type FROM ${entity}, json_each(${entity}.features) AS feature
       WHERE ${entity}.deleted_at IS NULL`,
    )
    .all();
  return seenSchema.parse(results).map(({ key, type }) => ({ name: key, kind: KINDS[type] }));
}

/** One kind per feature that has a value: `text` where values are of several kinds. */
export function onlyKinds(seen: readonly SeenFeature[]): Map<string, string> {
  const kinds = new Map<string, string>();
  for (const { name, kind } of seen) {
    if (kind !== "null") kinds.set(name, (kinds.get(name) ?? kind) === kind ? kind : "text");
  }
  return kinds;
}

/** How many characters the texts of each feature of items come to. */
export async function readTextLengths(db: D1Database): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(
      `SELECT feature.key, sum(length(feature.value)) AS length FROM items, json_each(items.features) AS feature
       WHERE feature.type = 'text' GROUP BY feature.key`,
    )
    .all();
  return new Map(lengthsSchema.parse(results).map(({ key, length }) => [key, length]));
}
