import { drawSome } from "./draw.ts";
import { itemIdsOf } from "./rows-by-user.ts";
import type { EvaluationRow, Split } from "./split.ts";

/** Share of the items that `cold-items` makes new. */
export const COLD_ITEMS_SHARE = 0.1;

/**
 * `cold-items`: a drawn tenth of the items (rounded, one at least) is made new: all their rows are held out. Users of
 * whom no training row is left are left out.
 * @param described only of these an item is drawn; null = of all
 */
export function splitColdItems(
  rows: readonly EvaluationRow[],
  random: () => number,
  described: ReadonlySet<string> | null,
): Split {
  const items = itemIdsOf(rows).filter((itemId) => described?.has(itemId) ?? true);
  const cold = new Set(drawSome(items, Math.max(1, Math.round(items.length * COLD_ITEMS_SHARE)), random));
  const train = rows.filter((row) => !cold.has(row.itemId));
  const known = new Set(train.map((row) => row.userId));
  const test = rows.filter((row) => cold.has(row.itemId) && known.has(row.userId));
  return { train, test, sessions: new Map(), newItems: true };
}
