import type { ItemRecord, UserRecord } from "../catalogue/records.ts";

/** What exports say of a user besides the id. */
export type UserState = Pick<UserRecord, "country" | "features">;
/** What exports say of an item besides the id. */
export type ItemState = Pick<ItemRecord, "name" | "category" | "price" | "features">;

/** One state of a record: from `since` on (null: for as long as is known) it was `value`; null: it was not there. */
export interface RecordState<V> {
  /** Milliseconds since 1970 UTC. */
  readonly since: number | null;
  readonly value: V | null;
}

/** States oldest first, none of which began after the time that was asked for; never empty. */
export type History<V> = readonly RecordState<V>[];

/** What a record was before `until` (milliseconds since 1970 UTC), null for a record that was not there. */
export interface Version<V> {
  readonly until: number;
  readonly value: V | null;
}

function alike(a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b;
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The history of a record as of a time.
 * @param versions in any order; those that ended after `asOf` may be among them
 * @param current what the record is now, null when it is not there
 * @param asOf milliseconds since 1970 UTC
 */
export function historyAsOf<V>(versions: readonly Version<V>[], current: V | null, asOf: number): History<V> {
  const states: RecordState<V>[] = [];
  let since: number | null = null;
  const ordered = versions.toSorted((a, b) => a.until - b.until);
  for (const { until, value } of [...ordered, { until: Infinity, value: current }]) {
    const before = states.at(-1);
    // What was written in several statements of one transaction may be what it was before: no new state began.
    if (before === undefined || !alike(before.value, value)) states.push({ since, value });
    if (until > asOf) break;
    since = until;
  }
  return states;
}

/** The state that held at a time (milliseconds since 1970 UTC). @throws for an empty history, which there cannot be */
export function stateAt<V>(history: History<V>, at: number): RecordState<V> {
  const state = history.findLast(({ since }) => since === null || since <= at);
  if (state === undefined) throw new RangeError("A history begins with a state for as long as is known.");
  return state;
}

/** The first state in which the record was there; null when it never was. */
export function earliestKnown<V>(history: History<V>): RecordState<V> | null {
  return history.find(({ value }) => value !== null) ?? null;
}
