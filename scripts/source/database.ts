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
  readonly table: string;
  readonly references: string;
}

/** One table or view. */
export interface DatabaseTable {
  readonly name: string;
  readonly view: boolean;
  readonly columns: readonly DatabaseColumn[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  /** How many rows: exact for small tables, else estimated; null when the database does not know. */
  readonly rows: number | null;
}

/** A database (of PostgreSQL: one schema of it) as it describes itself. */
export interface Database {
  readonly dialect: Dialect;
  readonly database: string;
  /** The schema that was looked at; in MySQL the database itself. */
  readonly schema: string;
  /** True where the schema is not the one that a connection finds by itself: tables are then written `schema.table`. */
  readonly qualified: boolean;
  readonly tables: readonly DatabaseTable[];
}

/** A table's name as `endcap.config.ts` writes it. */
export function configuredName({ schema, qualified }: Database, table: string): string {
  return qualified ? `${schema}.${table}` : table;
}
