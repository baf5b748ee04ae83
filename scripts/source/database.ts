import type { ColumnKind } from "../../domain/sync/replica.ts";
import type { Dialect } from "./read/address.ts";

/** One column, with all that a guess can use of it. */
export interface DatabaseColumn {
  readonly name: string;
  /** The database's own word for the type (`varchar`, `int4`, …). */
  readonly type: string;
  /** The type in full: `decimal(10,2)`. */
  readonly declared: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  /** A whole number: what holds cents. */
  readonly integer: boolean;
  /** Holds JSON by its type, or by a check that MariaDB adds to it. */
  readonly json: boolean;
  /** An index begins with it. */
  readonly indexed: boolean;
  /** An index makes it unique by itself. */
  readonly unique: boolean;
  /** The database sets it to the time of every change by itself. */
  readonly selfUpdating: boolean;
  /** Values of an enumeration; null for every other type. */
  readonly values: readonly string[] | null;
}

/** A declared foreign key of one column. */
export interface ForeignKey {
  readonly column: string;
  /** The other table, by its `name`. */
  readonly table: string;
  readonly references: string;
}

/** One table or view. */
export interface DatabaseTable {
  /** As `endcap.config.ts` names it: with its schema where a connection does not find it by itself (`sales.orders`). */
  readonly name: string;
  /** Where it stands; in MySQL the database itself. */
  readonly schema: string;
  /** Its name within the schema. */
  readonly table: string;
  readonly view: boolean;
  readonly columns: readonly DatabaseColumn[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  /** How many rows: exact for small tables, else estimated; null when the database does not know. */
  readonly rows: number | null;
}

/** A database, or those schemas of it that were looked at, as it describes itself. */
export interface Database {
  readonly dialect: Dialect;
  readonly database: string;
  readonly tables: readonly DatabaseTable[];
}
