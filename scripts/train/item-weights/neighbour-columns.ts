import type { NeighbourColumns } from "../../../platform/parquet/neighbours-file.ts";
import type { ItemWeightLists } from "./item-weight-lists.ts";

/**
 * Lists by place as the columns of a file, with ids for places.
 * @param itemIds of each place
 */
export function neighbourColumns(lists: ItemWeightLists, itemIds: readonly string[]): NeighbourColumns {
  const { starts, items, weights } = lists;
  const idOf = (place: number): string => {
    const id = itemIds[place];
    if (id === undefined) throw new RangeError(`There is no id for place ${place}.`);
    return id;
  };
  const owners: string[] = [];
  for (let place = 0; place + 1 < starts.length; place++) {
    const count = (starts[place + 1] ?? 0) - (starts[place] ?? 0);
    for (let position = 0; position < count; position++) owners.push(idOf(place));
  }
  return { itemIds: owners, neighbourIds: Array.from(items, idOf), weights };
}
