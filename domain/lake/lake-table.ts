/** The tables of the lake: a folder of the bucket each. */
export const LAKE_TABLES = ["events", "orders", "recommendations"] as const;
export type LakeTableName = (typeof LAKE_TABLES)[number];

interface ColumnFacts {
  readonly name: string;
  /** What a number counts, or the zone and grain of a time; null where there is nothing to say. */
  readonly unit: string | null;
  /** One sentence for whoever queries the lake; it stands in docs/data-contracts.md. */
  readonly meaning: string;
}

/**
 * A column of single values. `timestamp` is in UTC, to the millisecond; `integer` has 64 bits; `json` is text that
 * holds JSON.
 */
export interface LakeValueColumn extends ColumnFacts {
  readonly type: "string" | "double" | "integer" | "boolean" | "timestamp" | "json";
  readonly nullable: boolean;
}

/** A column of lists, one entry per item: Parquet's LIST of a group with `fields`. The list itself is never null. */
export interface LakeItemsColumn extends ColumnFacts {
  readonly type: "items";
  readonly nullable: false;
  readonly fields: readonly LakeValueColumn[];
}

export type LakeColumn = LakeValueColumn | LakeItemsColumn;

/** A table as every Parquet file of it is. */
export interface FileTable {
  readonly name: string;
  /** Grows when a column is added, or means something else; see docs/data-contracts.md. */
  readonly version: number;
  readonly columns: readonly LakeColumn[];
}

/** A table of the lake. */
export interface LakeTable extends FileTable {
  readonly name: LakeTableName;
}

/** A single value: `Date` in timestamp columns, a whole number in integer columns. */
export type LakeValue = string | number | boolean | Date | null;

/** One entry of an `items` cell, by the names of its fields. */
export type LakeItem = Readonly<Record<string, LakeValue>>;

/** A cell of a row: a list in `items` columns. */
export type LakeCell = LakeValue | readonly LakeItem[];

/** The cells of a row, in the order of the table's columns. */
export type LakeRow = readonly LakeCell[];

/** A row of cells by name, in the table's order. @throws Error when one is missing that may not be */
export function lakeRow(table: LakeTable, cells: Readonly<Record<string, LakeCell | undefined>>): LakeRow {
  return table.columns.map((column) => {
    const cell = cells[column.name] ?? null;
    if (cell === null && !column.nullable) throw new Error(`${table.name}.${column.name} must not be null.`);
    return cell;
  });
}
