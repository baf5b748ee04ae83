import { Hono } from "hono";
import { z } from "zod";

import { FEATURE_ENTITIES, FEATURE_STATES, figureValue } from "../../domain/sync/feature-catalogue.ts";
import { type FeatureRecord, listFeatures } from "../../platform/d1/feature-store.ts";
import { requireAnyScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { parseInput } from "./errors.ts";
import { encodePair, isoTime, listFields, listPage, pairCursor } from "./list.ts";

export const listSchema = z.strictObject({
  ...listFields,
  entity: z.enum(FEATURE_ENTITIES).optional(),
  state: z.enum(FEATURE_STATES).optional(),
});

function nullShare({ rowCount, nulls }: FeatureRecord): number | null {
  return rowCount === null || nulls === null || rowCount === 0 ? null : nulls / rowCount;
}

function describe(feature: FeatureRecord): object {
  return {
    entity: feature.entity,
    name: feature.name,
    kind: feature.kind,
    state: feature.state,
    was: feature.was,
    first_seen_at: isoTime(feature.firstSeenAt),
    last_seen_at: isoTime(feature.lastSeenAt),
    rows: feature.rowCount,
    null_share: nullShare(feature),
    distinct: feature.distinctValues,
    min: figureValue(feature.kind, feature.minimum),
    max: figureValue(feature.kind, feature.maximum),
    counted_at: isoTime(feature.countedAt),
  };
}

/** `/v1/features`: what models can be trained on. */
export const featureRoutes = new Hono<ApiEnv>();

/** Features of users and items, by entity and name. */
featureRoutes.get("/", requireAnyScope(["exports:read", "sync:run"]), async (context) => {
  const { limit, cursor, entity, state } = parseInput(listSchema, context.req.query());
  const pair = pairCursor(cursor);
  const after = pair === null ? null : { entity: pair[0], name: pair[1] };
  const found = await listFeatures(context.env.DB, { entity, state, limit: limit + 1, after });
  return context.json(listPage(found, limit, describe, (feature) => encodePair(feature.entity, feature.name)));
});
