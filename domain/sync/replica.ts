/** What a column holds, whatever the source calls it. */
export type ColumnKind = "text" | "number" | "boolean" | "date" | "datetime" | "uuid" | "json" | "binary";

/** One column as the source describes it. */
export interface ColumnDescription {
  readonly name: string;
  /** The source's own word for the type (`varchar`, `int4`, …). */
  readonly type: string;
  readonly kind: ColumnKind;
  /** The type in full, as a change of it would show: `varchar(20)`, `numeric(10,2)`, `enum('a','b')`. */
  readonly declared: string;
  readonly nullable: boolean;
  /** Longest text in characters, null where the source sets no bound. */
  readonly length: number | null;
  /** The default as the source writes it, null for none. */
  readonly default: string | null;
  /** Character set and collation of a text column; null where the source has only one. */
  readonly characterSet: string | null;
}

/** One table of the source. */
export interface TableDescription {
  readonly table: string;
  readonly columns: readonly ColumnDescription[];
  /** Columns of the primary key, in its order; empty where there is none. */
  readonly primaryKey: readonly string[];
  /** Rows: exact for a small table, the source's own estimate for a large one. */
  readonly rows: number;
}

/** A row as text: column → text, null for NULL. Binary columns are never read. */
export type SourceRow = Readonly<Record<string, string | null>>;

/** The values of a row's key columns, in the configured order. */
export type RowKey = readonly string[];

/** Where reading goes on: the last row's values of the order columns, or whatever a source of pages calls its next page. */
export type Position = readonly string[];

/** The next rows of a table. */
export interface PageRequest {
  readonly table: TableDescription;
  readonly columns: readonly string[];
  /** Columns that the page is ordered by: the key, or the cursor column followed by the key. A source of pages has an order of its own. */
  readonly order: readonly string[];
  /** Rows behind this position; null starts at the first row. */
  readonly after: Position | null;
  /** Only rows whose `order` values are at most these; null for no such bound. Databases only. */
  readonly upto: RowKey | null;
  /** Only rows whose first `order` column is at least this; null for no such bound. */
  readonly from: string | null;
  readonly limit: number;
}

/** Rows, and where the next ones begin; `next` is null behind the last. */
export interface Page {
  readonly rows: readonly SourceRow[];
  readonly next: Position | null;
}

/** Rows with `after < key <= upto` in the source's own order; null is the table's beginning or end. */
export interface KeyRange {
  readonly after: RowKey | null;
  readonly upto: RowKey | null;
}

/** A table whose rows belong to those of another, found by the other's key: an order's lines, an item's categories. */
export interface SatelliteTable {
  readonly table: TableDescription;
  /** Column that holds the key of the row that it belongs to. */
  readonly key: string;
  readonly columns: readonly string[];
}

/** What a checksum is taken over. */
export interface ChecksumRequest {
  readonly table: TableDescription;
  readonly columns: readonly string[];
  readonly keyColumns: readonly string[];
  readonly satellites: readonly SatelliteTable[];
}

/** What the source says of a range. `checksum` is null where the source could not compute one: then it must be read. */
export interface RangeChecksum {
  /** Rows of the table itself. */
  readonly rows: number;
  /** Over the table's columns and those of its satellites; equal only while every value is. */
  readonly checksum: string | null;
}

/** Reads a database inside one short read-only transaction: everything it returns is of one moment. */
export interface DatabaseReader {
  /** The next rows in the source's own order of `order`, at most `limit`. Rows with a NULL there are never returned. */
  readPage(request: PageRequest): Promise<Page>;
  /** Rows with one of these keys, in no particular order, at most `limit`. Keys that cannot exist are ignored. */
  readByKeys(
    table: TableDescription,
    columns: readonly string[],
    keyColumns: readonly string[],
    keys: readonly RowKey[],
    limit: number,
  ): Promise<SourceRow[]>;
  /** One answer per range, computed by the database in one statement per table. */
  checksums(request: ChecksumRequest, ranges: readonly KeyRange[]): Promise<RangeChecksum[]>;
  /** The key that stands `rows` rows before `last`; null when there are not so many. */
  keyBefore(table: TableDescription, keyColumns: readonly string[], last: RowKey, rows: number): Promise<RowKey | null>;
  /** The greatest value of a column; null for an empty table. */
  greatest(table: TableDescription, column: string): Promise<string | null>;
  /** Rows in which one of the columns is NULL. */
  countNulls(table: TableDescription, columns: readonly string[]): Promise<number>;
}

interface AnySource {
  /** Describes the tables that exist; names that the source does not have are left out. */
  describe(tables: readonly string[]): Promise<TableDescription[]>;
  /** The next rows, read by themselves. @throws ReplicaError in one plain line when the source cannot be reached or refuses */
  readPage(request: PageRequest): Promise<Page>;
  /** How far the source is behind what it is a copy of, in seconds; null when it does not say. */
  lagSeconds(): Promise<number | null>;
  close(): Promise<void>;
}

/** A connection to the shop's read replica. Nothing in it can write. */
export interface DatabaseSource extends AnySource {
  readonly kind: "database";
  /**
   * Runs `work` in one short read-only transaction in which every statement has a time limit.
   * @throws ReplicaError in one plain line when the replica cannot be reached or refuses
   */
  read<Value>(work: (reader: DatabaseReader) => Promise<Value>): Promise<Value>;
}

/** A source that gives its rows page by page from the beginning and nothing else: the shop's own read API. */
export interface PagedSource extends AnySource {
  readonly kind: "pages";
}

/** Where rows come from. */
export type Source = DatabaseSource | PagedSource;

/**
 * The source is away, refuses us or took too long. The message is one plain line without secrets.
 * `schema` is true when it refused because a table or column is not there (any more).
 */
export class ReplicaError extends Error {
  override readonly name = "ReplicaError";
  readonly schema: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly schema?: boolean } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.schema = options.schema === true;
  }
}
