import { and, asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { z } from "zod";

import {
  compareCatalogue,
  type DescribedFeature,
  FEATURE_COUNT_INTERVAL_MILLISECONDS,
  type FeatureEntity,
  FEATURES_PER_STATEMENT_MAX,
  type FeatureState,
  sampledEvery,
} from "../../domain/sync/feature-catalogue.ts";
import { readFigures, type FeatureFigures } from "./feature-figures.ts";
import { features } from "./schema.ts";

/** A feature and its figures. Times are milliseconds since 1970 UTC. */
export type FeatureRecord = typeof features.$inferSelect;

/** When an entity's figures were counted, and whether rows have changed since. */
const lastCountSchema = z.object({ at: z.number(), owed: z.boolean() });
type LastCount = z.infer<typeof lastCountSchema>;

/** Names and kinds of an entity's features in this state, by name. */
export function listFeatureNames(
  db: D1Database,
  entity: FeatureEntity,
  state: FeatureState,
): Promise<{ name: string; kind: string }[]> {
  return drizzle(db)
    .select({ name: features.name, kind: features.kind })
    .from(features)
    .where(and(eq(features.entity, entity), eq(features.state, state)))
    .orderBy(asc(features.name));
}

/**
 * Writes down which features an entity has now. Figures are kept of active ones only: of a proposed column of a
 * person's nothing may be known, and of one that is gone nothing is left to count.
 * @returns the names that are newly proposed
 */
export async function rememberFeatures(
  db: D1Database,
  entity: FeatureEntity,
  described: readonly DescribedFeature[],
  now: Date,
): Promise<readonly string[]> {
  const known = await drizzle(db).select().from(features).where(eq(features.entity, entity));
  const { written, proposed } = compareCatalogue(known, described, now);
  if (written.length === 0) return proposed;
  const rows = written.map((feature) => [
    feature.name,
    feature.kind,
    feature.state,
    feature.was,
    feature.firstSeenAt,
    feature.lastSeenAt,
  ]);
  const figures = ["row_count", "nulls", "distinct_values", "minimum", "maximum", "counted_at"]
    .map((column) => `${column} = CASE WHEN excluded.state = 'active' THEN ${column} END`)
    .join(", ");
  await db
    .prepare(
      `INSERT INTO features (entity, name, kind, state, was, first_seen_at, last_seen_at)
       SELECT ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1) WHERE true
       ON CONFLICT (entity, name) DO UPDATE SET kind = excluded.kind, state = excluded.state, was = excluded.was,
         first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, ${figures}`,
    )
    .bind(JSON.stringify(rows), entity)
    .run();
  return proposed;
}

/** Which features are wanted. */
export interface FeatureFilter {
  readonly entity?: FeatureEntity | undefined;
  readonly state?: FeatureState | undefined;
  readonly limit: number;
  /** Continue after this feature, null from the first. */
  readonly after: { readonly entity: string; readonly name: string } | null;
}

/** Features by entity and name. */
export function listFeatures(db: D1Database, filter: FeatureFilter): Promise<FeatureRecord[]> {
  const { entity, state, limit, after } = filter;
  const query = drizzle(db).select().from(features);
  return query
    .where(
      and(
        entity === undefined ? undefined : eq(features.entity, entity),
        state === undefined ? undefined : eq(features.state, state),
        after === null ? undefined : sql`(${features.entity}, ${features.name}) > (${after.entity}, ${after.name})`,
      ),
    )
    .orderBy(asc(features.entity), asc(features.name))
    .limit(limit);
}

async function readLastCount(db: D1Database, entity: FeatureEntity): Promise<LastCount | null> {
  const value = await db
    .prepare("SELECT value FROM sync_state WHERE name = ?")
    .bind(`features_counted:${entity}`)
    .first<string>("value");
  return value === null ? null : (lastCountSchema.safeParse(JSON.parse(value)).data ?? null);
}

function lastCountStatement(db: D1Database, entity: FeatureEntity, last: LastCount): D1PreparedStatement {
  return db
    .prepare(
      "INSERT INTO sync_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(`features_counted:${entity}`, JSON.stringify(last));
}

function figuresStatement(
  db: D1Database,
  entity: FeatureEntity,
  figures: readonly FeatureFigures[],
  now: Date,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE features SET row_count = value ->> 'rows', nulls = value ->> 'nulls', distinct_values = value ->> 'distinct',
         minimum = value ->> 'minimum', maximum = value ->> 'maximum', counted_at = ?3
       FROM json_each(?1) WHERE entity = ?2 AND name = value ->> 'name' AND state = 'active'`,
    )
    .bind(JSON.stringify(figures), entity, now.getTime());
}

/**
 * Counts what an entity's active features are like over D1's live rows: how many are null, how many values differ, the
 * least and the greatest; over a sample where there are more than `FEATURE_ROWS_MAX`. A few features a statement: D1
 * answers one at a time, and a shopper's first page may be waiting for a profile.
 * @returns false when they were counted less than {@link FEATURE_COUNT_INTERVAL_MILLISECONDS} ago: a count is owed then
 */
export async function countFeatures(db: D1Database, entity: FeatureEntity, now: Date): Promise<boolean> {
  const last = await readLastCount(db, entity);
  if (last !== null && now.getTime() - last.at < FEATURE_COUNT_INTERVAL_MILLISECONDS) {
    if (!last.owed) await lastCountStatement(db, entity, { ...last, owed: true }).run();
    return false;
  }
  const counted = await listFeatureNames(db, entity, "active");
  const live = await db.prepare(`SELECT count(*) AS rows FROM ${entity} WHERE deleted_at IS NULL`).first("rows");
  const every = sampledEvery(z.number().int().parse(live));
  const figures: FeatureFigures[] = [];
  for (let place = 0; place < counted.length; place += FEATURES_PER_STATEMENT_MAX) {
    figures.push(...(await readFigures(db, entity, counted.slice(place, place + FEATURES_PER_STATEMENT_MAX), every)));
  }
  await db.batch([
    figuresStatement(db, entity, figures, now),
    lastCountStatement(db, entity, { at: now.getTime(), owed: false }),
  ]);
  return true;
}

/** Whether figures are behind although nothing changes any more: never counted, or put off by the interval. */
export async function isFeatureCountOwed(db: D1Database, entity: FeatureEntity): Promise<boolean> {
  return (await readLastCount(db, entity))?.owed ?? true;
}
