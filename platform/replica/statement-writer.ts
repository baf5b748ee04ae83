import type { ColumnDescription } from "../../domain/sync/replica.ts";

/** A column to be read, and how many characters of it; null for all. */
export interface Cell {
  readonly column: ColumnDescription;
  readonly maxLength: number | null;
}

/** What differs between the dialects when a statement is written. One is made per statement: it gathers parameters. */
export interface StatementWriter {
  /** A column or table name, quoted. */
  name(identifier: string): string;
  /** A value to compare `column` with: a literal or the place of a parameter. */
  value(text: string, column: ColumnDescription): string;
  /** False for a key that the column can never hold, where asking for it would be an error. */
  canHold(text: string, column: ColumnDescription): boolean;
  /**
   * A key to look up. Unlike a bound, which must fail when it cannot be compared, since a range of nothing would look
   * like the table's end, it may turn into NULL, which no row has.
   */
  key(text: string, column: ColumnDescription): string;
  /** The expression whose text is read for a column: its bare name where nothing needs to be done. */
  read(cell: Cell): string;
  /**
   * What follows `SELECT …,` to get a range's checksum: `n` rows, and the `total` of 64-bit hashes of these cells, the
   * same in whatever order the rows come; NULL when a row could not be hashed. A total, not an exclusive or: in that
   * one, two equal rows would cancel each other out.
   * @param from `FROM`, the table and the range's condition
   */
  checksum(cells: readonly Cell[], from: string): string;
}
