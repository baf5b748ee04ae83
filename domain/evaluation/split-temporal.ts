import type { EvaluationRow, Split } from "./split.ts";

/** Share of the rows, the newest, that `temporal` holds out. */
export const TEMPORAL_HELD_OUT_SHARE = 0.2;

/**
 * `temporal`: everything from the moment on that four fifths of the rows precede. One moment for all users: nobody's
 * future teaches what another's past was to show (Ji et al., "A critical study on data leakage in recommender system
 * offline evaluation", 2023). What a user had before the moment is not ranked for them, so it is not asked for.
 * @param rows all with a time
 */
export function splitByTime(rows: readonly EvaluationRow[]): Split {
  const times = Float64Array.from(rows, (row) => row.at ?? 0).sort();
  const cut = times[Math.floor(times.length * (1 - TEMPORAL_HELD_OUT_SHARE))] ?? Infinity;
  const train = rows.filter((row) => (row.at ?? 0) < cut);
  const pair = ({ userId, itemId }: EvaluationRow): string => JSON.stringify([userId, itemId]);
  const known = new Set(train.map(pair));
  const test = rows.filter((row) => (row.at ?? 0) >= cut && !known.has(pair(row)));
  return { train, test, sessions: new Map(), newItems: false };
}
