import { z } from "zod";

import type { SetAsideRecord } from "../../../domain/quarantine/record.ts";
import { ENTITIES, type Entity } from "../../../domain/sync/run.ts";
import { readSyncRun } from "../../../platform/d1/sync-run-store.ts";
import type { SyncContext } from "./context.ts";
import type { EntitySource, LoadedRow } from "./entity-source.ts";

/** A row that is set aside from now on, as the lake keeps it. */
export type RowAside = Omit<SetAsideRecord, "at">;

/** What the lake keeps of a row, and what a replay needs to have it read again. */
export const rowPayloadSchema = z.object({
  entity: z.enum(ENTITIES),
  /** The name under which D1's quarantine has it. */
  row_key: z.string(),
});

/**
 * A row as it is set aside: with everything that was read of it.
 * @param loaded undefined for rows without a key, which no page holds
 */
export function rowAside(
  source: EntitySource,
  entry: { readonly rowKey: string; readonly reason: string; readonly detail: string },
  loaded: LoadedRow | undefined,
): RowAside {
  const { rowKey: row_key, reason, detail } = entry;
  const isPersons = source.keys.some((column) => source.people.includes(column));
  const payload = {
    entity: source.entity,
    table: source.table.table,
    row_key,
    row: loaded?.row ?? null,
    ...(loaded === undefined || loaded.satellites.length === 0 ? {} : { satellites: loaded.satellites }),
  };
  return { reason, detail, payload, idFields: isPersons ? [...source.people, "row_key"] : source.people };
}

/** Keeps a page's rows in the lake. They have the time of the run's beginning, so that a repetition is the same. */
export async function keepRowsAside(
  { db, runId, keepAside }: Pick<SyncContext, "db" | "runId" | "keepAside">,
  entity: Entity,
  aside: readonly RowAside[],
): Promise<void> {
  if (aside.length === 0) return;
  const run = await readSyncRun(db, runId);
  const at = run?.startedAt ?? 0;
  await keepAside(
    entity === "orders" ? "orders" : "features",
    aside.map((row) => ({ ...row, at })),
  );
}
