import type { ExportDrift, ExportedFeature, ExportManifest } from "../../../domain/exports/manifest.ts";
import { listFeaturesAsOf } from "../../../platform/d1/features-as-of.ts";
import type { FeatureRecord } from "../../../platform/d1/feature-store.ts";
import { schemaChangesBetween } from "../../../platform/d1/schema-change-store.ts";
import { newestRunBy } from "../../../platform/d1/sync-run-store.ts";
import type { ExportEnv } from "./context.ts";

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A feature's figures are told if they were counted by then: what they were is not known once they are counted again. */
function exportedFeature(record: FeatureRecord, asOf: number): ExportedFeature {
  const { entity, name, kind, state, was, firstSeenAt, lastSeenAt, rowCount, nulls, distinctValues } = record;
  const isOfThen = record.countedAt !== null && record.countedAt <= asOf;
  return {
    entity,
    name,
    kind,
    state,
    was,
    first_seen_at: iso(firstSeenAt),
    last_seen_at: iso(Math.min(lastSeenAt, asOf)),
    null_share: !isOfThen || rowCount === null || nulls === null || rowCount === 0 ? null : nulls / rowCount,
    distinct_values: isOfThen ? distinctValues : null,
  };
}

/** The feature catalogue as the manifest has it. @param asOf milliseconds since 1970 UTC */
export async function describeFeatures(db: D1Database, asOf: number): Promise<ExportedFeature[]> {
  const users = await listFeaturesAsOf(db, "users", asOf);
  const items = await listFeaturesAsOf(db, "items", asOf);
  return [...users, ...items].map((record) => exportedFeature(record, asOf));
}

/** Where an export's data comes from. */
export async function describeSource(
  { DB, LEDGER_SHARDS }: ExportEnv,
  asOf: number,
): Promise<ExportManifest["source"]> {
  const run = await newestRunBy(DB, asOf);
  return {
    ledger_shards: Number(LEDGER_SHARDS),
    sync:
      run === null || run.finishedAt === null
        ? null
        : { run: run.run, run_id: run.runId, finished_at: iso(run.finishedAt), lag_seconds: run.lagSeconds },
  };
}

/** What the sync noticed of the source's format between two moments (milliseconds since 1970 UTC). */
export async function describeSourceChanges(
  db: D1Database,
  after: number,
  upto: number,
): Promise<ExportDrift["source_changes"]> {
  const changes = await schemaChangesBetween(db, after, upto);
  return changes.map(({ noticedAt, entity, tableName, columnName, kind, before, after: now, effect }) => ({
    noticed_at: iso(noticedAt),
    entity,
    table: tableName,
    column: columnName,
    kind,
    before,
    after: now,
    effect,
  }));
}
