import type { InteractionMatrix } from "./interaction-matrix.ts";
import { type ItemWeightLists, packLists } from "./item-weight-lists.ts";
import { StrongestNeighbours } from "./strongest.ts";

/** Of a longer past, which says little of any one pair and costs by its square, this many items count, evenly spaced. */
export const USER_ITEMS_MAX = 500;

/** How item–item weights are taken from counts. */
export interface CosineOptions {
  /** In users: a pair that this many share counts half of its cosine, since few in common may be chance. */
  readonly shrinkage: number;
  readonly perItemMax: number;
}

/** Who took what, both ways. */
interface Links {
  /** `users + 1` and `items`: places of items by user. */
  readonly userStarts: Uint32Array;
  readonly items: Uint32Array;
  /** `items + 1` and `users`: users by place of item. */
  readonly itemStarts: Uint32Array;
  readonly users: Uint32Array;
}

/** Rows as they are, longer ones cut; each from another item on, so that equal pasts do not keep the same items. */
function cutRows({ users, starts, columns }: InteractionMatrix): { userStarts: Uint32Array; items: Uint32Array } {
  const userStarts = new Uint32Array(users + 1);
  for (let user = 0; user < users; user++) {
    const length = (starts[user + 1] ?? 0) - (starts[user] ?? 0);
    userStarts[user + 1] = (userStarts[user] ?? 0) + Math.min(USER_ITEMS_MAX, length);
  }
  const items = new Uint32Array(userStarts[users] ?? 0);
  for (let user = 0; user < users; user++) {
    const from = starts[user] ?? 0;
    const length = (starts[user + 1] ?? 0) - from;
    const to = userStarts[user] ?? 0;
    const kept = (userStarts[user + 1] ?? 0) - to;
    for (let position = 0; position < kept; position++)
      items[to + position] = columns[from + ((Math.floor((position * length) / kept) + user) % length)] ?? 0;
  }
  return { userStarts, items };
}

function linksOf(matrix: InteractionMatrix): Links {
  const { userStarts, items } = cutRows(matrix);
  const itemStarts = new Uint32Array(matrix.items + 1);
  for (const item of items) itemStarts[item + 1] = (itemStarts[item + 1] ?? 0) + 1;
  for (let item = 0; item < matrix.items; item++)
    itemStarts[item + 1] = (itemStarts[item + 1] ?? 0) + (itemStarts[item] ?? 0);
  const next = itemStarts.slice();
  const users = new Uint32Array(items.length);
  for (let user = 0; user < matrix.users; user++) {
    for (let position = userStarts[user] ?? 0; position < (userStarts[user + 1] ?? 0); position++) {
      const item = items[position] ?? 0;
      const at = next[item] ?? 0;
      users[at] = user;
      next[item] = at + 1;
    }
  }
  return { userStarts, items, itemStarts, users };
}

/**
 * Item–item weights by counting, for catalogues whose square does not fit in memory: the cosine of two items' sets of
 * users, times count / (count + shrinkage) (Sarwar et al., "Item-based collaborative filtering recommendation
 * algorithms", 2001; shrinkage as in Bell & Koren, 2007). Item by item: memory grows with the interactions alone.
 */
export function shrunkCosine(matrix: InteractionMatrix, { shrinkage, perItemMax }: CosineOptions): ItemWeightLists {
  const { userStarts, items, itemStarts, users } = linksOf(matrix);
  const usersOf = (item: number): number => (itemStarts[item + 1] ?? 0) - (itemStarts[item] ?? 0);
  const roots = Float64Array.from({ length: matrix.items }, (_, item) => Math.sqrt(usersOf(item)));
  const kept = new StrongestNeighbours(perItemMax);
  const counts = new Uint32Array(matrix.items);
  const met = new Uint32Array(matrix.items);
  const lists = Array.from({ length: matrix.items }, (_, item) => {
    let metCount = 0;
    for (let link = itemStarts[item] ?? 0; link < (itemStarts[item + 1] ?? 0); link++) {
      const user = users[link] ?? 0;
      const end = userStarts[user + 1] ?? 0;
      for (let position = userStarts[user] ?? 0; position < end; position++) {
        const other = items[position] ?? 0;
        const count = counts[other] ?? 0;
        if (count === 0) met[metCount++] = other;
        counts[other] = count + 1;
      }
    }
    for (let position = 0; position < metCount; position++) {
      const other = met[position] ?? 0;
      const count = counts[other] ?? 0;
      counts[other] = 0;
      if (other === item) continue;
      const cosine = count / ((roots[item] ?? 0) * (roots[other] ?? 0));
      kept.offer(other, (cosine * count) / (count + shrinkage));
    }
    return kept.take();
  });
  return packLists(lists);
}
