import type { EndcapConfig } from "../../../domain/config/schema.ts";
import { type FoundChange, findDrift } from "../../../domain/sync/drift.ts";
import { announcementFor } from "../../../domain/sync/notices.ts";
import { initialState } from "../../../domain/sync/pass.ts";
import { resolveSource } from "../../../domain/sync/renames.ts";
import { ReplicaError, type TableDescription } from "../../../domain/sync/replica.ts";
import { ENTITIES, type Entity, type EntityOutcome, type SourceSchema } from "../../../domain/sync/run.ts";
import { schemaProblems, type TableNeed, tableNeeds } from "../../../domain/sync/source-schema.ts";
import { readAnnouncementsInForce } from "../../../platform/d1/announcement-store.ts";
import { closeNotice, openNotice, recordNotice } from "../../../platform/d1/notice-store.ts";
import { readPauses } from "../../../platform/d1/pause-store.ts";
import { schemaChangeStatements } from "../../../platform/d1/schema-change-store.ts";
import { writeLag, writeSourceSchema } from "../../../platform/d1/sync-run-store.ts";
import {
  readEntityState,
  readSeenTables,
  type SeenTables,
  seenTablesStatement,
} from "../../../platform/d1/sync-state-store.ts";
import { configuredEntities, entitySource, needsOf, viaOf } from "./entity-source.ts";
import type { SyncServices } from "./services.ts";
import { trustedTable } from "./trusted-table.ts";

type SourceConfig = EndcapConfig["source"];
type Via = "replica" | "http";

/** What a run knows of the source before it reads. */
export interface DescribedSource {
  readonly schema: SourceSchema;
  /** Entities that this run does not read, and why. */
  readonly outcomes: Readonly<Partial<Record<Entity, EntityOutcome>>>;
  /** True when the format of users or items changed. */
  readonly drifted: boolean;
}

interface ReachedSources {
  readonly tables: readonly TableDescription[];
  /** Those of them whose columns nothing has shown: see {@link trustedTable}. */
  readonly trusted: ReadonlySet<string>;
  readonly away: ReadonlyMap<Via, string>;
  readonly lagSeconds: number | null;
}

function tablesOf(source: SourceConfig, via: Via): string[] {
  const needs = configuredEntities(source)
    .filter((entity) => viaOf(source, entity) === via)
    .flatMap((entity) => needsOf(source, entity));
  return [...new Set(needs.map((need) => need.table))];
}

async function reachSources({ config, openSource }: SyncServices, seen: SeenTables | null): Promise<ReachedSources> {
  const tables: TableDescription[] = [];
  const trusted = new Set<string>();
  const away = new Map<Via, string>();
  let lagSeconds: number | null = null;
  for (const via of ["replica", "http"] as const) {
    const names = tablesOf(config.source, via);
    if (names.length === 0) continue;
    try {
      const from = await openSource(via);
      try {
        for (const table of await from.describe(names)) {
          if (from.kind === "database" || table.columns.length > 0) {
            tables.push(table);
            continue;
          }
          trusted.add(table.table);
          const before = seen?.tables.find((candidate) => candidate.table === table.table);
          tables.push(trustedTable(table, tableNeeds(config.source), before));
        }
        lagSeconds = (await from.lagSeconds()) ?? lagSeconds;
      } finally {
        await from.close();
      }
    } catch (error) {
      if (!(error instanceof ReplicaError)) throw error;
      away.set(via, error.message);
    }
  }
  return { tables, trusted, away, lagSeconds };
}

function driftOf(
  config: SourceConfig,
  seen: SeenTables | null,
  tables: readonly TableDescription[],
  reached: (need: TableNeed) => boolean,
): FoundChange[] {
  const { source } = resolveSource(config, tables);
  return tableNeeds(source)
    .filter(reached)
    .flatMap((need) => {
      const before = seen?.tables.find((table) => table.table === need.table);
      const after = tables.find((table) => table.table === need.table);
      const renamed = need.table === config[need.entity]?.table ? config[need.entity]?.columns : undefined;
      const use = { need, renamed: renamed ?? {} };
      return findDrift(use, before, after, seen?.missing.includes(need.table) === true);
    });
}

/** Notes what changed: for the run, for the operators (once), and for the next comparison. */
async function keepDrift(
  { db, config, now }: SyncServices,
  run: number,
  seen: SeenTables | null,
  { tables: described, trusted, away }: ReachedSources,
): Promise<boolean> {
  const tables = described.filter(({ table }) => !trusted.has(table));
  const reached = (need: TableNeed): boolean =>
    !trusted.has(need.table) && !away.has(viaOf(config.source, need.entity));
  const needs = tableNeeds(config.source).filter(reached);
  const announcements = await readAnnouncementsInForce(db, now());
  const changes = driftOf(config.source, seen, tables, reached).map((change) => ({
    ...change,
    announcementId: announcementFor(announcements, "change", change.table, now())?.id ?? null,
  }));
  const shown = new Set(tables.map((table) => table.table));
  const names = new Set(needs.map((need) => need.table));
  const missing = [...names].filter((name) => !shown.has(name));
  // Of a table that is not there the last sight is kept: it may come back changed.
  const kept = (seen?.tables ?? []).filter((table) => !shown.has(table.table));
  const unreached = (seen?.missing ?? []).filter((name) => !names.has(name) && !trusted.has(name));
  const next = JSON.parse(JSON.stringify({ tables: [...tables, ...kept], missing: [...missing, ...unreached] }));
  // A table that is seen for the first time is no change, but must be known from now on.
  const unchanged =
    changes.length === 0 &&
    seen !== null &&
    seen.missing.length === next.missing.length &&
    seen.tables.length === next.tables.length;
  if (!unchanged) {
    await db.batch([...schemaChangeStatements(db, run, changes, now()), seenTablesStatement(db, next)]);
  }
  for (const { table, column, kind, message, announcementId } of changes) {
    const subject = `${column === null ? table : `${table}.${column}`} ${kind}`;
    await recordNotice(db, { kind: "schema_change", subject, message, announcementId }, now());
  }
  return changes.some((change) => change.entity === "users" || change.entity === "items");
}

/** Tells once that a source is away, and once that it is back. */
async function keepOutages({ db, config, now }: SyncServices, away: ReadonlyMap<Via, string>): Promise<void> {
  const announcements = await readAnnouncementsInForce(db, now());
  for (const via of ["replica", "http"] as const) {
    const reason = away.get(via);
    if (reason === undefined) {
      if (tablesOf(config.source, via).length > 0) await closeNotice(db, "source_outage", via, now());
      continue;
    }
    const announcementId = announcementFor(announcements, "outage", null, now())?.id ?? null;
    await openNotice(db, { kind: "source_outage", subject: via, message: reason, announcementId }, now());
  }
}

async function outcomeBefore(
  { db, config }: SyncServices,
  entity: Entity,
  { tables, away }: ReachedSources,
): Promise<EntityOutcome | null> {
  const pauses = await readPauses(db);
  if (pauses.all || pauses.entities.includes(entity)) {
    return { state: "paused", reasons: [`It was paused by hand: endcap sync resume ${entity} goes on.`] };
  }
  const reason = away.get(viaOf(config.source, entity));
  if (reason !== undefined) return { state: "failed", reasons: [reason] };
  const { source } = resolveSource(config.source, tables);
  const problems = schemaProblems(needsOf(source, entity), tables);
  return problems.length === 0 ? null : { state: "paused", reasons: problems };
}

/**
 * Describes the configured tables, notes what changed in them and keeps the description with the run. A source that is
 * away, and what the configuration names and a source lacks, concern only the entities that are read there.
 */
export async function describeSource(services: SyncServices, run: number): Promise<DescribedSource> {
  const { db, config } = services;
  const seen = await readSeenTables(db);
  const reached = await reachSources(services, seen);
  const { tables, away } = reached;
  await keepOutages(services, away);
  const drifted = away.size === 2 ? false : await keepDrift(services, run, seen, reached);
  const outcomes: Partial<Record<Entity, EntityOutcome>> = {};
  const expected: Record<string, number> = {};
  for (const entity of configuredEntities(config.source)) {
    const outcome = await outcomeBefore(services, entity, reached);
    if (outcome !== null) {
      outcomes[entity] = outcome;
      continue;
    }
    const { table, change } = entitySource(entity, config.source, tables);
    const { known } = (await readEntityState(db, entity)) ?? initialState("", "", 0);
    // How much is new behind a cursor is not known before it was read.
    expected[entity] = change.kind === "snapshot" || !known ? table.rows : 0;
  }
  const schema = { tables, expected };
  await writeSourceSchema(db, run, schema);
  if (reached.lagSeconds !== null) await writeLag(db, run, reached.lagSeconds);
  return { schema, outcomes, drifted };
}

/** Opens or closes what people are told about each entity at the end of a run. */
export async function keepEntityNotices(
  { db, now }: SyncServices,
  outcomes: Readonly<Partial<Record<Entity, EntityOutcome>>>,
  setAside: Readonly<Partial<Record<Entity, number>>>,
): Promise<void> {
  const announcements = await readAnnouncementsInForce(db, now());
  for (const entity of ENTITIES) {
    const outcome = outcomes[entity];
    if (outcome === undefined) continue;
    if (outcome.state === "paused") {
      const announcementId = announcementFor(announcements, "change", null, now())?.id ?? null;
      const message = `${entity} are not read: ${outcome.reasons.join(" ")}`;
      await openNotice(db, { kind: "entity_paused", subject: entity, message, announcementId }, now());
    } else if (outcome.state !== "failed") {
      // A failure says nothing about what it was paused for: whoever was told of that is not told again behind it.
      await closeNotice(db, "entity_paused", entity, now());
    }
    const rows = setAside[entity] ?? 0;
    if (rows > 0) {
      const message = `${rows} rows of ${entity} are set aside: endcap sync quarantine --entity ${entity} says why.`;
      await openNotice(db, { kind: "rows_set_aside", subject: entity, message, announcementId: null }, now());
    } else {
      await closeNotice(db, "rows_set_aside", entity, now());
    }
  }
}
