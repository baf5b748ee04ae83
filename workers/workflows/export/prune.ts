import { EXPORT_COUNT_ROWS, VERSIONS_KEPT_DAYS } from "../../../domain/exports/limits.ts";
import { type PruneCursor, pruneVersions } from "../../../platform/d1/versions/prune-versions.ts";
import type { ExportRun } from "./run-export.ts";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Slices that one step prunes. */
const SLICES_PER_STEP = 50;
/** Steps of one export: what is left is the next one's, which begins anew and finds less. */
const STEPS_MAX = 20;

/** Forgets states of users, items, ratings and features that ended too long ago for any export. */
export async function pruneRecords({ env, step, now }: Pick<ExportRun, "env" | "step" | "now">): Promise<void> {
  let cursor: PruneCursor | null = null;
  for (let number = 0; number < STEPS_MAX; number++) {
    const from: PruneCursor | null = cursor;
    cursor = await step(`forget ${number}`, async (): Promise<PruneCursor | null> => {
      const before = now() - VERSIONS_KEPT_DAYS * DAY_MILLISECONDS;
      let after: PruneCursor | null = from;
      for (let slice = 0; slice < SLICES_PER_STEP; slice++) {
        after = await pruneVersions(env.DB, before, after, EXPORT_COUNT_ROWS);
        if (after === null) return null;
      }
      return after;
    });
    if (cursor === null) return;
  }
}
