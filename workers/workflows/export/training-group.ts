import type { FeatureValue } from "../../../domain/catalogue/records.ts";
import { EXPORT_ROW_GROUP_ROWS_MAX } from "../../../domain/exports/limits.ts";
import type { ExportColumn } from "../../../domain/exports/manifest.ts";
import type { Label } from "../../../domain/exports/training-row.ts";
import type { ItemColumns } from "./item-columns.ts";
import type { CellsOf, ExportCell } from "./part-file.ts";

const COUNT_COLUMNS = ["views", "carts", "removals", "purchases", "refunds", "others"] as const;
const AMOUNT_COLUMNS = ["quantity", "revenue"] as const;
/** Counts and amounts of a row of `training`, by their columns. */
export const NUMBER_COLUMNS = [...COUNT_COLUMNS, ...AMOUNT_COLUMNS] as const;
/** {@link NUMBER_COLUMNS} of many rows, in their order. */
export type NumberCells = readonly ArrayLike<number>[];

/** What a row of `training` says. Times are milliseconds since 1970 UTC. */
export interface TrainingRow {
  readonly userId: string;
  readonly itemId: string;
  readonly label: Label;
  readonly numbers: NumberCells;
  /** Where among `numbers` the row's are. */
  readonly place: number;
  readonly userKnownSince: number | null;
  readonly userCells: readonly FeatureValue[] | null;
  /** Place of the item's state among {@link ItemColumns}; -1 for an item that nobody knows. */
  readonly itemState: number;
}

// Most counts are small: one bigint each serves every row.
const SMALL_COUNTS = Array.from({ length: 1_024 }, (_, count) => BigInt(count));

const newColumn = (): Float64Array => new Float64Array(EXPORT_ROW_GROUP_ROWS_MAX);

/**
 * A row group of `training` in memory, column by column: a row costs no object. Every cell passes through here, which is
 * why columns are fields and cells are copied by plain loops: looking columns up by name took as long as writing them.
 */
export class TrainingGroup {
  readonly #userColumns: readonly ExportColumn[];
  readonly #items: ItemColumns;
  readonly #texts = {
    user_id: [] as string[],
    item_id: [] as string[],
    rating_kind: [] as string[],
    rating_rule: [] as string[],
  };
  readonly #facts = {
    rating: newColumn(),
    rated_at: newColumn(),
    last_interaction_at: newColumn(),
    user_known_since: newColumn(),
  };
  readonly #numbers = NUMBER_COLUMNS.map(newColumn);
  readonly #columns: ReadonlyMap<string, string[] | Float64Array> = new Map<string, string[] | Float64Array>([
    ...Object.entries(this.#texts),
    ...Object.entries(this.#facts),
    ...NUMBER_COLUMNS.map((name, column) => [name, this.#numbers[column] ?? newColumn()] as const),
  ]);
  readonly #userCells: (readonly FeatureValue[] | null)[] = [];
  readonly #itemStates = new Int32Array(EXPORT_ROW_GROUP_ROWS_MAX);
  #rows = 0;

  /** @param userColumns features of users, in the order of a row's `userCells` */
  constructor(userColumns: readonly ExportColumn[], items: ItemColumns) {
    this.#userColumns = userColumns;
    this.#items = items;
  }

  get rows(): number {
    return this.#rows;
  }

  get room(): number {
    return EXPORT_ROW_GROUP_ROWS_MAX - this.#rows;
  }

  add({ userId, itemId, label, numbers, place, userKnownSince, userCells, itemState }: TrainingRow): void {
    const row = this.#rows++;
    const texts = this.#texts;
    texts.user_id[row] = userId;
    texts.item_id[row] = itemId;
    texts.rating_kind[row] = label.kind;
    texts.rating_rule[row] = label.rule;
    const facts = this.#facts;
    facts.rating[row] = label.rating;
    facts.rated_at[row] = label.ratedAt ?? Number.NaN;
    facts.last_interaction_at[row] = label.lastInteractionAt ?? Number.NaN;
    facts.user_known_since[row] = userKnownSince ?? Number.NaN;
    for (let column = 0; column < this.#numbers.length; column++) {
      const cells = this.#numbers[column];
      if (cells !== undefined) cells[row] = numbers[column]?.[place] ?? 0;
    }
    this.#userCells[row] = userCells;
    this.#itemStates[row] = itemState;
  }

  /** Makes room for the next rows. */
  clear(): void {
    this.#rows = 0;
  }

  /** A column's cells, for a writer. */
  readonly cellsOf: CellsOf = ({ name, type }): ExportCell[] => {
    const own = this.#columns.get(name);
    if (own instanceof Float64Array) return numberCells(own, this.#rows, type);
    if (own !== undefined) return own.slice(0, this.#rows);
    const states = this.#itemStates.subarray(0, this.#rows);
    if (name === "item_known_since") return timeCells(this.#items.knownSince(states), this.#rows);
    const userColumn = this.#userColumns.findIndex((column) => column.name === name);
    if (userColumn !== -1) return this.#cellsOfUsers(userColumn);
    return this.#items.cells(name, states);
  };

  #cellsOfUsers(column: number): ExportCell[] {
    const cells: ExportCell[] = [];
    for (let row = 0; row < this.#rows; row++) cells.push(this.#userCells[row]?.[column] ?? null);
    return cells;
  }
}

function numberCells(own: Float64Array, rows: number, type: ExportColumn["type"]): ExportCell[] {
  if (type === "timestamp") return timeCells(own, rows);
  const cells: ExportCell[] = [];
  for (let row = 0; row < rows; row++) {
    const value = own[row] ?? 0;
    cells.push(type === "integer" ? (SMALL_COUNTS[value] ?? BigInt(value)) : value);
  }
  return cells;
}

function timeCells(own: Float64Array, rows: number): ExportCell[] {
  const cells: ExportCell[] = [];
  // Rows of one user often have one time: a bigint is an object.
  let [last, cell] = [0, 0n];
  for (let row = 0; row < rows; row++) {
    const value = own[row] ?? Number.NaN;
    if (value !== last && !Number.isNaN(value)) [last, cell] = [value, BigInt(value)];
    cells.push(Number.isNaN(value) ? null : cell);
  }
  return cells;
}
