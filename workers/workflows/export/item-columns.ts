import type { FeatureValue } from "../../../domain/catalogue/records.ts";
import { toCell } from "../../../domain/exports/columns.ts";
import type { ItemState } from "../../../domain/exports/history.ts";
import { EXPORT_ITEM_PAGE_ROWS } from "../../../domain/exports/limits.ts";
import type { ExportColumn } from "../../../domain/exports/manifest.ts";
import { readItemHistoriesPage } from "../../../platform/d1/versions/item-states.ts";

const NOT_KNOWN = -1;

/** A value of an item under a column of ours: name, category and price have no name in the source that is sure. */
export function itemCell({ name, type, feature }: ExportColumn, item: ItemState): FeatureValue {
  if (feature !== undefined) return toCell(type, item.features[feature]);
  if (name === "item_name") return item.name;
  return name === "item_category" ? item.category : item.price;
}

/**
 * What was known of every item, state by state, as columns: an object per item would not fit into an isolate where
 * there are 100,000. States of one item stand next to each other, oldest first. Plain loops give out cells, since each of
 * an export's is one: `Array.from` with a function takes several times as long.
 */
export class ItemColumns {
  readonly #places = new Map<string, number>();
  /** Where an item's states begin; one more at the end. */
  readonly #starts: number[] = [0];
  /** NaN where nobody knows since when. */
  readonly #since: number[] = [];
  readonly #cells: ReadonlyMap<string, FeatureValue[]>;
  /** Equal texts are one text in memory. */
  readonly #seen = new Map<string, string>();
  readonly #columns: readonly ExportColumn[];

  private constructor(columns: readonly ExportColumn[]) {
    this.#columns = columns;
    this.#cells = new Map(columns.map(({ name }) => [name, []]));
  }

  /** Reads the catalogue as it was up to `asOf` (milliseconds since 1970 UTC). */
  static async load(db: D1Database, columns: readonly ExportColumn[], asOf: number): Promise<ItemColumns> {
    const items = new ItemColumns(columns);
    let after: string | null = "";
    while (after !== null) {
      const page: Awaited<ReturnType<typeof readItemHistoriesPage>> = await readItemHistoriesPage(
        db,
        after,
        EXPORT_ITEM_PAGE_ROWS,
        asOf,
      );
      for (const [itemId, history] of page.items) {
        items.#places.set(itemId, items.#places.size);
        for (const { since, value } of history) if (value !== null) items.#add(since, value);
        items.#starts.push(items.#since.length);
      }
      after = page.next;
    }
    items.#seen.clear();
    return items;
  }

  /**
   * The state that a row shows: that of its last interaction, else the earliest that is known; -1 for an item that
   * nobody knows. @param at milliseconds since 1970 UTC, null where nobody knows
   */
  stateAt(itemId: string, at: number | null): number {
    const place = this.#places.get(itemId);
    if (place === undefined) return NOT_KNOWN;
    const [start = 0, end = 0] = [this.#starts[place], this.#starts[place + 1]];
    if (start === end) return NOT_KNOWN;
    if (at === null) return start;
    for (let state = end - 1; state > start; state--) {
      const since = this.#since[state] ?? Number.NaN;
      if (Number.isNaN(since) || since <= at) return state;
    }
    return start;
  }

  /** Since when states are known; NaN: for as long as is known, or never. */
  knownSince(states: Int32Array): Float64Array {
    const times = new Float64Array(states.length);
    for (let row = 0; row < states.length; row++) times[row] = this.#since[states[row] ?? NOT_KNOWN] ?? Number.NaN;
    return times;
  }

  /** The cells of a column for rows that show these states. */
  cells(name: string, states: Int32Array): FeatureValue[] {
    const own = this.#cells.get(name);
    if (own === undefined) throw new Error(`${name} is no column of items.`);
    const cells: FeatureValue[] = [];
    for (const state of states) cells.push(own[state] ?? null);
    return cells;
  }

  #add(since: number | null, item: ItemState): void {
    this.#since.push(since ?? Number.NaN);
    for (const column of this.#columns) {
      const cell = itemCell(column, item);
      this.#cells.get(column.name)?.push(typeof cell === "string" ? this.#once(cell) : cell);
    }
  }

  #once(text: string): string {
    const known = this.#seen.get(text);
    if (known !== undefined) return known;
    this.#seen.set(text, text);
    return text;
  }
}
