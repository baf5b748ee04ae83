/** What a column holds, whatever the dialect calls it. */
export type ColumnKind = "text" | "number" | "boolean" | "date" | "datetime" | "uuid" | "binary";

/** One column as `information_schema` describes it. */
export interface ColumnDescription {
  readonly name: string;
  /** The source's own word for the type (`varchar`, `int4`, …). */
  readonly type: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  /** Longest text in characters, null where the source sets no bound. */
  readonly length: number | null;
}

/** One table of the source. */
export interface TableDescription {
  readonly table: string;
  readonly columns: readonly ColumnDescription[];
  /** Rows: exact for a small table, the source's own estimate for a large one. */
  readonly rows: number;
}

/** A row as the source's text protocol gives it: column → text, null for NULL. Binary columns are never read. */
export type SourceRow = Readonly<Record<string, string | null>>;

/** The values of a row's key columns, in the configured order. */
export type RowKey = readonly string[];

/** Where keyset paging goes on. */
export interface PageRequest {
  readonly table: TableDescription;
  readonly columns: readonly string[];
  /** Columns that the page is ordered by: the key, or the cursor column followed by the key. */
  readonly order: readonly string[];
  /** Rows after these values of `order`; null starts at the first row. */
  readonly after: RowKey | null;
  /** Only rows whose first `order` column is at least this; null for no such bound. */
  readonly from: string | null;
  readonly limit: number;
}

/** Reads inside one short read-only transaction: everything it returns is of one moment. */
export interface ReplicaReader {
  /** The next rows in the source's own order of `order`, at most `limit`. Rows with a NULL there are never returned. */
  readPage(request: PageRequest): Promise<SourceRow[]>;
  /** Rows with one of these keys, in no particular order, at most `limit`. Keys that cannot exist are ignored. */
  readByKeys(
    table: TableDescription,
    columns: readonly string[],
    keyColumns: readonly string[],
    keys: readonly RowKey[],
    limit: number,
  ): Promise<SourceRow[]>;
  /** The key that stands `rows` rows before `last`; null when there are not so many. */
  keyBefore(table: TableDescription, keyColumns: readonly string[], last: RowKey, rows: number): Promise<RowKey | null>;
  /** The greatest value of a column; null for an empty table. */
  greatest(table: TableDescription, column: string): Promise<string | null>;
  /** Rows in which one of the columns is NULL. */
  countNulls(table: TableDescription, columns: readonly string[]): Promise<number>;
}

/** A connection to the shop's read replica. Nothing in it can write. */
export interface Replica {
  /** Describes the tables that exist; names that the source does not have are left out. */
  describe(tables: readonly string[]): Promise<TableDescription[]>;
  /**
   * Runs `work` in one short read-only transaction in which every statement has a time limit.
   * @throws ReplicaError in one plain line when the replica cannot be reached or refuses
   */
  read<Value>(work: (reader: ReplicaReader) => Promise<Value>): Promise<Value>;
  close(): Promise<void>;
}

/** The replica is away, refuses us or took too long. The message is one plain line without secrets. */
export class ReplicaError extends Error {
  override readonly name = "ReplicaError";
}
