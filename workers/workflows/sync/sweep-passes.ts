import { parseRowKey, rowKeyText } from "../../../domain/sync/key.ts";
import { EXISTING_ROWS_MAX } from "../../../domain/sync/limits.ts";
import type { EntityState, PassOf } from "../../../domain/sync/pass.ts";
import type { RowKey } from "../../../domain/sync/replica.ts";
import { readLiveKeys, tombstoneStatements } from "../../../platform/d1/entity-table.ts";
import { readQuarantinedKeys, releaseStatements } from "../../../platform/d1/quarantine-store.ts";
import { NOTHING } from "./commit-page.ts";
import type { SyncContext } from "./context.ts";
import type { EntitySource } from "./entity-source.ts";
import { keyOf } from "./load-rows.ts";
import type { PassPage } from "./read-passes.ts";

/**
 * Which of these keys the source no longer has. The source is asked about keys that we name, so that its collation
 * and D1's never have to agree on an order.
 */
async function missingKeys(context: SyncContext, source: EntitySource, keys: readonly RowKey[]): Promise<RowKey[]> {
  const rows = await context.replica.read((reader) =>
    reader.readByKeys(source.table, source.keys, source.keys, keys, EXISTING_ROWS_MAX),
  );
  if (rows.length === EXISTING_ROWS_MAX) return [];
  const existing = new Set(rows.map((row) => rowKeyText(keyOf(source, row))));
  return keys.filter((key) => !existing.has(rowKeyText(key)));
}

/** Marks the next page's rows that the source no longer has as deleted. */
export async function sweepPage(
  context: SyncContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"sweep">,
): Promise<PassPage> {
  const { db, config, run } = context;
  const keys = await readLiveKeys(db, source.entity, pass.after, config.sync.pageRows);
  const last = keys.at(-1);
  const done: EntityState = { ...state, pass: { kind: "sweep_quarantine", after: "" } };
  if (last === undefined) return { commit: NOTHING, state: done };
  const gone = await missingKeys(context, source, keys);
  const missing = pass.missing === null ? null : pass.missing - gone.length;
  return {
    commit: {
      statements: tombstoneStatements(db, source.entity, gone, run, context.now()),
      counts: { deleted: gone.length },
    },
    // All that were missing are found: the rest need not be looked at.
    state: missing !== null && missing <= 0 ? done : { ...state, pass: { ...pass, after: last, missing } },
  };
}

/** Removes the next page's quarantine entries whose rows the source no longer has. */
export async function sweepQuarantinePage(
  context: SyncContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"sweep_quarantine">,
): Promise<PassPage> {
  const { db, config } = context;
  const rowKeys = await readQuarantinedKeys(db, source.entity, pass.after, config.sync.pageRows, false);
  const last = rowKeys.at(-1);
  if (last === undefined) {
    return { commit: NOTHING, state: { ...state, runsSinceSweep: 0, pass: { kind: "idle" } } };
  }
  const keys = rowKeys.flatMap((rowKey) => {
    const key = parseRowKey(rowKey, source.keys.length);
    return key === null ? [] : [key];
  });
  const gone = (await missingKeys(context, source, keys)).map(rowKeyText);
  return {
    commit: { statements: releaseStatements(db, source.entity, gone), counts: {} },
    state: { ...state, pass: { kind: "sweep_quarantine", after: last } },
  };
}
