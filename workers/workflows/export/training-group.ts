import type { FeatureValue } from "../../../domain/catalogue/records.ts";
import { EXPORT_ROW_GROUP_ROWS_MAX } from "../../../domain/exports/limits.ts";
import type { ExportColumn } from "../../../domain/exports/manifest.ts";
import type { Label } from "../../../domain/exports/training-row.ts";
import type { ItemColumns } from "./item-columns.ts";
import type { CellsOf, ExportCell } from "./part-file.ts";

/** The counts of a row of `training`, by their columns. */
export const COUNT_COLUMNS = ["views", "carts", "removals", "purchases", "refunds", "others"] as const;
const TEXT_COLUMNS = ["user_id", "item_id", "rating_kind", "rating_rule"] as const;
const AMOUNT_COLUMNS = ["quantity", "revenue"] as const;
type NumberColumn = (typeof COUNT_COLUMNS)[number] | (typeof AMOUNT_COLUMNS)[number];
/** Counts and amounts of one row. */
export type RowNumbers = Readonly<Record<NumberColumn, number>>;

/** What a row of `training` says. Times are milliseconds since 1970 UTC. */
export interface TrainingRow {
  readonly userId: string;
  readonly itemId: string;
  readonly label: Label;
  readonly numbers: RowNumbers;
  readonly userKnownSince: number | null;
  readonly userCells: readonly FeatureValue[] | null;
  /** Place of the item's state among {@link ItemColumns}; -1 for an item that nobody knows. */
  readonly itemState: number;
}

// Most counts are small: one bigint each serves every row.
const SMALL_COUNTS = Array.from({ length: 1_024 }, (_, count) => BigInt(count));
const toBigint = (value: number): bigint => SMALL_COUNTS[value] ?? BigInt(value);
const toTime = (value: number): bigint | null => (Number.isNaN(value) ? null : BigInt(value));

/** A row group of `training` in memory, column by column: a row costs no object. */
export class TrainingGroup {
  readonly #userColumns: readonly ExportColumn[];
  readonly #items: ItemColumns;
  readonly #texts: ReadonlyMap<string, string[]> = new Map(TEXT_COLUMNS.map((name) => [name, []]));
  readonly #numbers = new Map<string, Float64Array>();
  readonly #userCells: FeatureValue[][];
  readonly #itemStates = new Int32Array(EXPORT_ROW_GROUP_ROWS_MAX);
  #rows = 0;

  /** @param userColumns features of users, in the order of a row's `userCells` */
  constructor(userColumns: readonly ExportColumn[], items: ItemColumns) {
    this.#userColumns = userColumns;
    this.#items = items;
    this.#userCells = userColumns.map(() => []);
  }

  get rows(): number {
    return this.#rows;
  }

  get room(): number {
    return EXPORT_ROW_GROUP_ROWS_MAX - this.#rows;
  }

  add(row: TrainingRow): void {
    const place = this.#rows++;
    const { label, numbers } = row;
    const texts = [row.userId, row.itemId, label.kind, label.rule];
    TEXT_COLUMNS.forEach((name, column) => this.#setText(name, place, texts[column] ?? ""));
    this.#set("rating", place, label.rating);
    this.#set("rated_at", place, label.ratedAt);
    this.#set("last_interaction_at", place, label.lastInteractionAt);
    this.#set("user_known_since", place, row.userKnownSince);
    this.#set("item_known_since", place, this.#items.knownSince(row.itemState));
    for (const name of COUNT_COLUMNS) this.#set(name, place, numbers[name]);
    for (const name of AMOUNT_COLUMNS) this.#set(name, place, numbers[name]);
    this.#userCells.forEach((cells, column) => (cells[place] = row.userCells?.[column] ?? null));
    this.#itemStates[place] = row.itemState;
  }

  /** Makes room for the next rows. */
  clear(): void {
    this.#rows = 0;
  }

  /** A column's cells, for a writer. */
  readonly cellsOf: CellsOf = ({ name, type }): ExportCell[] => {
    const texts = this.#texts.get(name);
    if (texts !== undefined) return texts.slice(0, this.#rows);
    const numbers = this.#numbers.get(name);
    if (numbers !== undefined) return this.#numberCells(numbers, type);
    const userColumn = this.#userColumns.findIndex((column) => column.name === name);
    if (userColumn !== -1) return (this.#userCells[userColumn] ?? []).slice(0, this.#rows);
    return this.#items.cells(name, this.#itemStates.subarray(0, this.#rows));
  };

  #setText(name: string, place: number, text: string): void {
    const column = this.#texts.get(name);
    if (column !== undefined) column[place] = text;
  }

  #set(name: string, place: number, value: number | null): void {
    let column = this.#numbers.get(name);
    if (column === undefined) {
      column = new Float64Array(EXPORT_ROW_GROUP_ROWS_MAX);
      this.#numbers.set(name, column);
    }
    column[place] = value ?? Number.NaN;
  }

  #numberCells(numbers: Float64Array, type: ExportColumn["type"]): ExportCell[] {
    const own = numbers.subarray(0, this.#rows);
    if (type === "integer") return Array.from(own, toBigint);
    return type === "timestamp" ? Array.from(own, toTime) : Array.from(own);
  }
}
