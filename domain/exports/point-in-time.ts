import { earliestKnown, type History, type RecordState } from "./history.ts";

/**
 * The state that a row of training data shows of a user or an item: the one at the time of the row's last interaction;
 * where nothing was known then, the earliest that is.
 * @param at milliseconds since 1970 UTC; null where nobody knows
 */
export function stateForTraining<V>(history: History<V>, at: number | null): RecordState<V> | null {
  const known = history.filter(({ value, since }) => value !== null && at !== null && (since === null || since <= at));
  return known.at(-1) ?? earliestKnown(history);
}
