import { and, asc, eq, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { FeatureEntity } from "../../domain/sync/feature-catalogue.ts";
import { onlyKinds, readFeatureKinds } from "./feature-kinds.ts";
import type { FeatureRecord } from "./feature-store.ts";
import { features } from "./schema.ts";

/** The feature catalogue of an entity, as far as it was known at a time (milliseconds since 1970 UTC). */
export function listFeaturesAsOf(db: D1Database, entity: FeatureEntity, asOf: number): Promise<FeatureRecord[]> {
  const query = drizzle(db).select().from(features);
  return query.where(and(eq(features.entity, entity), lte(features.firstSeenAt, asOf))).orderBy(asc(features.name));
}

/**
 * Names and kinds of an entity's features at a time: those of the source by the feature catalogue, and those that only
 * pushes brought by the values that they have now.
 */
export async function readFeaturesAsOf(
  db: D1Database,
  entity: FeatureEntity,
  asOf: number,
): Promise<{ name: string; kind: string }[]> {
  const listed = await drizzle(db).select().from(features).where(eq(features.entity, entity));
  const known = new Set(listed.map(({ name }) => name));
  const there = listed.filter(
    ({ state, firstSeenAt, lastSeenAt }) =>
      firstSeenAt <= asOf && (state === "active" || (state === "gone" && lastSeenAt >= asOf)),
  );
  const pushed = [...onlyKinds(await readFeatureKinds(db, entity))].filter(([name]) => !known.has(name));
  return [...there.map(({ name, kind }) => ({ name, kind })), ...pushed.map(([name, kind]) => ({ name, kind }))];
}
