import { z } from "zod";

import type { EntityCounts } from "../catalogue/records.ts";
import type { TableDescription } from "./replica.ts";

/** What a run is made for. */
export const syncParamsSchema = z.object({
  trigger: z.enum(["cron", "manual"]).default("manual"),
  /** The run's name; the Workflow instance's id where none is given. */
  run_id: z.string().min(1).max(100).optional(),
});
export type SyncParams = z.infer<typeof syncParamsSchema>;

/** `skipped`: another run held the lease, or somebody paused the sync. `incomplete`: some entities could not be read. */
export type RunState = "running" | "complete" | "incomplete" | "failed" | "skipped";

export const ENTITIES = ["users", "items", "orders", "ratings"] as const;
export type Entity = (typeof ENTITIES)[number];

/** What became of an entity in a run. `paused`: its source lacks what the configuration needs, or somebody paused it. */
export interface EntityOutcome {
  readonly state: "complete" | "unfinished" | "paused" | "failed";
  /** Sentences for whoever mends it; empty when it is complete. */
  readonly reasons: readonly string[];
}

/** How a run has ended. */
export type RunOutcome =
  | { readonly state: "complete" | "incomplete" }
  | { readonly state: "failed"; readonly error: string };

/** Counts by entity, and `vectors` for the embeddings that followed. */
export type RunCounts = Readonly<Record<string, EntityCounts>>;

export const NO_COUNTS: EntityCounts = { read: 0, compared: 0, changed: 0, written: 0, deleted: 0, quarantined: 0 };

/** Counts of one name with `more` added. */
export function addCounts(counts: RunCounts, name: string, more: Partial<EntityCounts>): RunCounts {
  const before = counts[name] ?? NO_COUNTS;
  const erased = (before.erased ?? 0) + (more.erased ?? 0);
  return {
    ...counts,
    [name]: {
      read: before.read + (more.read ?? 0),
      // Runs of earlier versions did not count it.
      compared: (before.compared ?? 0) + (more.compared ?? 0),
      changed: before.changed + (more.changed ?? 0),
      written: before.written + (more.written ?? 0),
      deleted: before.deleted + (more.deleted ?? 0),
      quarantined: before.quarantined + (more.quarantined ?? 0),
      ...(erased === 0 ? {} : { erased }),
    },
  };
}

/** What a run keeps of the source's schema, and how many rows it expects to read of each entity. */
export interface SourceSchema {
  readonly tables: readonly TableDescription[];
  readonly expected: Readonly<Record<string, number>>;
}

/** How far a run is, in rows. The total grows where a source turns out larger than it said. */
export function progressOf(
  counts: RunCounts,
  expected: Readonly<Record<string, number>>,
): { done: number; total: number } {
  let done = 0;
  let total = 0;
  for (const entity of ENTITIES) {
    const { read, compared } = { ...NO_COUNTS, ...counts[entity] };
    done += read + compared;
    total += Math.max(read + compared, expected[entity] ?? 0);
  }
  return { done, total };
}
