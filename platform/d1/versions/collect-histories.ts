import { type History, historyAsOf, type Version } from "../../../domain/exports/history.ts";
import { VERSIONS_CERTAIN_MILLISECONDS } from "../../../domain/exports/limits.ts";
import { numberOrNullCell, textCell, truthCell } from "./cells.ts";

/** A record as it is now (null: it is not there) and its history. */
export interface KnownRecord<V> {
  readonly current: V | null;
  readonly history: History<V>;
}

const NO_VERSIONS: readonly never[] = [];

/**
 * Records with their histories, by id, in the order in which their current rows came.
 * @param rows `[id, until, existed, ...values]` of current rows, whose `until` is null, and of versions, in any order
 * @param stateOf reads the values
 * @param asOf milliseconds since 1970 UTC
 */
export function collectHistories<V>(
  rows: readonly (readonly unknown[])[],
  stateOf: (values: readonly unknown[]) => V,
  asOf: number,
): Map<string, KnownRecord<V>> {
  const current = new Map<string, V | null>();
  const versions = new Map<string, Version<V>[]>();
  for (const [idCell, untilCell, existed, ...values] of rows) {
    const id = textCell(idCell);
    const until = numberOrNullCell(untilCell);
    const value = truthCell(existed) ? stateOf(values) : null;
    const known = versions.get(id);
    if (until === null) current.set(id, value);
    else if (until <= asOf - VERSIONS_CERTAIN_MILLISECONDS) continue;
    else if (known === undefined) versions.set(id, [{ until, value }]);
    else known.push({ until, value });
  }
  const records = new Map<string, KnownRecord<V>>();
  for (const [id, value] of current) {
    records.set(id, { current: value, history: historyAsOf(versions.get(id) ?? NO_VERSIONS, value, asOf) });
  }
  return records;
}
