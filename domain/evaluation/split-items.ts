import { drawSome } from "./draw.ts";
import { inOrder, itemIdsOf, rowsByUser } from "./rows-by-user.ts";
import type { EvaluationRow, Split } from "./split.ts";

/** Share of each user's items that `random` holds out. */
export const RANDOM_HELD_OUT_SHARE = 0.25;

/** Holds out whole items of a user, all their rows: an item that stayed in training would be left out of the ranking. */
function holdOutItems(
  rows: readonly EvaluationRow[],
  choose: (own: readonly EvaluationRow[], items: readonly string[]) => readonly string[],
): Split {
  const train: EvaluationRow[] = [];
  const test: EvaluationRow[] = [];
  for (const own of rowsByUser(rows).values()) {
    const items = itemIdsOf(own);
    // Of a user with one item nothing would be left to learn from.
    const heldOut = new Set(items.length < 2 ? [] : choose(own, items));
    for (const row of own) (heldOut.has(row.itemId) ? test : train).push(row);
  }
  return { train, test, sessions: new Map(), newItems: false };
}

/** `random`: a quarter of each user's items (rounded, so one of two and one of three), drawn. */
export function holdOutRandomly(rows: readonly EvaluationRow[], random: () => number): Split {
  return holdOutItems(rows, (_, items) => drawSome(items, Math.round(items.length * RANDOM_HELD_OUT_SHARE), random));
}

/** `leave-one-out`: the item of each user's last row; a drawn one for a user with a row without time. */
export function holdOutLast(rows: readonly EvaluationRow[], random: () => number): Split {
  return holdOutItems(rows, (own, items) => {
    const last = own.some((row) => row.at === null) ? undefined : inOrder(own).at(-1);
    return last === undefined ? drawSome(items, 1, random) : [last.itemId];
  });
}
