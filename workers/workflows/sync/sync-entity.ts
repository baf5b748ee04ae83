import { STEP_ROWS_MAX } from "../../../domain/sync/limits.ts";
import { beginRun, type EntityState, initialState } from "../../../domain/sync/pass.ts";
import { readRunCounts } from "../../../platform/d1/sync-run-store.ts";
import { readEntityState } from "../../../platform/d1/sync-state-store.ts";
import { commitPage, NOTHING } from "./commit-page.ts";
import type { SyncContext } from "./context.ts";
import type { EntitySource } from "./entity-source.ts";
import { fullPage, type PassPage, retryPage, tailPage } from "./read-passes.ts";
import { sweepPage, sweepQuarantinePage } from "./sweep-passes.ts";

function nextPage(context: SyncContext, source: EntitySource, state: EntityState): Promise<PassPage> | PassPage {
  const { pass } = state;
  switch (pass.kind) {
    case "full":
      return fullPage(context, source, state, pass);
    case "retry":
      return retryPage(context, source, state, pass);
    case "tail":
      return tailPage(context, source, state, pass);
    case "sweep":
      return sweepPage(context, source, state, pass);
    case "sweep_quarantine":
      return sweepQuarantinePage(context, source, state, pass);
    case "idle":
      return { commit: NOTHING, state };
  }
}

/** Says what is read and how: when it changes, what is known of the old source says nothing about the new one. */
function fingerprint(source: EntitySource): string {
  return JSON.stringify([source.table.table, source.keys, source.change.kind]);
}

/**
 * Brings one entity on by a bounded number of pages, each committed by itself.
 * @returns true when this run has nothing left to do for the entity; false: call it again
 * @throws ReplicaError when the replica is away; what was committed stays
 */
export async function syncEntity(context: SyncContext, source: EntitySource): Promise<boolean> {
  const { db, run, config } = context;
  const stored = await readEntityState(db, source.entity);
  const print = fingerprint(source);
  const known = stored?.source === print ? stored : initialState(print);
  let state = beginRun(known, run, source.change);
  let counts = await readRunCounts(db, run);
  // Every page counts as a full one: empty ones cost a round trip too.
  for (let rows = 0; state.pass.kind !== "idle" && rows < STEP_ROWS_MAX; rows += config.sync.pageRows) {
    const page = await nextPage(context, source, state);
    counts = await commitPage(context, source.entity, page.commit, page.state, counts);
    ({ state } = page);
    if (config.sync.pauseMilliseconds > 0) await context.pause(config.sync.pauseMilliseconds);
  }
  return state.pass.kind === "idle";
}
