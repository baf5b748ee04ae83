import type { EndcapConfig } from "../../../domain/config/schema.ts";
import { MASS_DELETION_MIN_ROWS } from "../../../domain/sync/limits.ts";
import { readPauses } from "../../../platform/d1/pause-store.ts";
import type { EntitySource } from "./entity-source.ts";

/** Whether so many rows go that somebody has to agree. @param live rows that D1 has @param left rows that would be left */
export function isMassDeletion({ sync }: EndcapConfig, live: number, left: number): boolean {
  return live >= MASS_DELETION_MIN_ROWS && left < live * (1 - sync.maxDeletedShare);
}

/** The reason not to delete so many rows, or null: an empty source is more often a mistake than a shop without products. */
export async function massDeletionReason(
  { db, config }: { readonly db: D1Database; readonly config: EndcapConfig },
  { entity, table }: EntitySource,
  live: number,
  left: number,
): Promise<string | null> {
  if (!isMassDeletion(config, live, left)) return null;
  if ((await readPauses(db)).acceptDeletions.includes(entity)) return null;
  return `Table ${table.table} has ${left} rows where ${live} were known. If that is right, run: endcap sync resume ${entity} --accept-deletions`;
}
