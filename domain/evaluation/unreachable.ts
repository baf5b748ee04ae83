import { rowsByUser } from "./rows-by-user.ts";
import type { Split } from "./split.ts";

/** Held-out rows, and those among them that no ranking can find. */
export interface Unreachable {
  readonly rows: number;
  /** Rows of items that are not ranked. */
  readonly notRanked: number;
  /** Rows of ranked items that their user has in training: seen items are left out of the list. */
  readonly seen: number;
}

/** Counts the held-out rows that can never be found. @param ranked the items that are ranked */
export function countUnreachable({ train, test }: Split, ranked: ReadonlySet<string>): Unreachable {
  const past = rowsByUser(train);
  let [notRanked, seen] = [0, 0];
  for (const [userId, asked] of rowsByUser(test)) {
    const had = new Set(past.get(userId)?.map((row) => row.itemId));
    for (const { itemId } of asked) {
      if (!ranked.has(itemId)) notRanked++;
      else if (had.has(itemId)) seen++;
    }
  }
  return { rows: test.length, notRanked, seen };
}
