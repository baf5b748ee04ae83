import { initialState } from "../../../domain/sync/pass.ts";
import type { SourceSchema } from "../../../domain/sync/run.ts";
import { schemaProblems, tableNeeds } from "../../../domain/sync/source-schema.ts";
import { writeSourceSchema } from "../../../platform/d1/sync-run-store.ts";
import { readEntityState } from "../../../platform/d1/sync-state-store.ts";
import type { SyncContext } from "./context.ts";
import { configuredEntities, entitySource } from "./entity-source.ts";

/**
 * Describes the configured tables and keeps the description with the run.
 * @returns the schema, and one sentence for everything that the configuration names and the source lacks
 * @throws ReplicaError when the replica is away
 */
export async function describeSource(context: SyncContext): Promise<{ schema: SourceSchema; problems: string[] }> {
  const { db, replica, config, run } = context;
  const needs = tableNeeds(config.source);
  const tables = await replica.describe([...new Set(needs.map((need) => need.table))]);
  const problems = schemaProblems(needs, tables);
  const expected: Record<string, number> = {};
  if (problems.length === 0) {
    for (const entity of configuredEntities(config.source)) {
      const { table, change } = entitySource(entity, config.source, tables);
      const { known } = (await readEntityState(db, entity)) ?? initialState("");
      // How much is new behind a cursor is not known before it was read.
      expected[entity] = change.kind === "snapshot" || !known ? table.rows : 0;
    }
  }
  const schema = { tables, expected };
  await writeSourceSchema(db, run, schema);
  return { schema, problems };
}
