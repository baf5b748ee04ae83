import {
  TOTALS_COLUMNS,
  type TotalsColumn,
  type TotalsKey,
  type TotalsPage,
} from "../../domain/ledger/totals-as-of.ts";

/** Fills the columns of a page: an object per row would cost more than reading it. */
export class TotalsPageWriter {
  readonly #shoppers: string[] = [];
  readonly #itemIds: string[] = [];
  readonly #columns: readonly Float64Array[];

  /** @param rows as many as will be added at most */
  constructor(rows: number) {
    this.#columns = TOTALS_COLUMNS.map(() => new Float64Array(rows));
  }

  /**
   * @param values hold the counts, in the order of `TOTALS_COLUMNS`
   * @param first where in `values` they begin
   */
  add(shopper: string, itemId: string, values: readonly SqlStorageValue[], first: number): void {
    const row = this.#shoppers.length;
    this.#shoppers.push(shopper);
    this.#itemIds.push(itemId);
    for (let column = 0; column < this.#columns.length; column++) {
      const value = values[first + column];
      const cells = this.#columns[column];
      // Only a rating can be missing.
      if (cells !== undefined) cells[row] = typeof value === "number" ? value : Number.NaN;
    }
  }

  page(next: TotalsKey | null): TotalsPage {
    const rows = this.#shoppers.length;
    // A copy, since a view would travel with all of its buffer.
    const columns = Object.fromEntries(
      TOTALS_COLUMNS.map((name, column) => [name, this.#columns[column]?.slice(0, rows)]),
    ) as Record<TotalsColumn, Float64Array>;
    return { ...columns, shoppers: this.#shoppers, item_ids: this.#itemIds, next };
  }
}
