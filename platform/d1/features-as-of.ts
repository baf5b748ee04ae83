import { and, asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { FeatureEntity } from "../../domain/sync/feature-catalogue.ts";
import { onlyKinds, readFeatureKindsAsOf } from "./feature-kinds.ts";
import type { FeatureRecord } from "./feature-store.ts";
import { features, featureVersions } from "./schema.ts";

/**
 * The feature catalogue of an entity, with kind, state and earlier name as they were at a time. Everything else is as it
 * is now: nobody keeps what figures were, nor when a feature had been seen last.
 * @param asOf milliseconds since 1970 UTC
 */
export async function listFeaturesAsOf(db: D1Database, entity: FeatureEntity, asOf: number): Promise<FeatureRecord[]> {
  const firstLater = sql`(SELECT min(v.until) FROM feature_versions AS v
    WHERE v.entity = ${features.entity} AND v.name = ${features.name} AND v.until > ${asOf})`;
  const found = await drizzle(db)
    .select({ feature: features, before: featureVersions })
    .from(features)
    .leftJoin(
      featureVersions,
      and(
        eq(featureVersions.entity, features.entity),
        eq(featureVersions.name, features.name),
        eq(featureVersions.until, firstLater),
      ),
    )
    .where(eq(features.entity, entity))
    .orderBy(asc(features.name));
  return found.flatMap(({ feature, before }): FeatureRecord[] => {
    if (before === null) return [feature];
    const { kind, state, was } = before;
    // It came later.
    if (kind === null || state === null) return [];
    return [{ ...feature, kind, state, was }];
  });
}

/**
 * Names and kinds of an entity's features at a time: those of the source by the feature catalogue, and those that only
 * pushes brought by the values that they had.
 * @param asOf milliseconds since 1970 UTC
 */
export async function readFeaturesAsOf(
  db: D1Database,
  entity: FeatureEntity,
  asOf: number,
): Promise<{ name: string; kind: string }[]> {
  const listed = await listFeaturesAsOf(db, entity, asOf);
  const known = new Set(listed.map(({ name }) => name));
  const active = listed.filter(({ state }) => state === "active");
  const pushed = [...onlyKinds(await readFeatureKindsAsOf(db, entity, asOf))].filter(([name]) => !known.has(name));
  return [...active.map(({ name, kind }) => ({ name, kind })), ...pushed.map(([name, kind]) => ({ name, kind }))];
}
