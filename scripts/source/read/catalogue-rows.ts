import { z } from "zod";

import type { ColumnKind } from "../../../domain/sync/replica.ts";
import type { DatabaseColumn, DatabaseTable, ForeignKey } from "../database.ts";

const flag = z.enum(["0", "1"]).transform((text) => text === "1");
const count = z.string().transform(Number);

/** A column as both dialects' statements give it, tables and columns in order. */
export const columnRowsSchema = z.array(
  z.object({
    table: z.string(),
    view: flag,
    rows: count.nullable(),
    column: z.string(),
    type: z.string(),
    declared: z.string(),
    nullable: flag,
    scale: count.nullable(),
    json: flag,
    selfUpdating: flag,
  }),
);

/** A column of a primary key, or of a foreign key with what it refers to. */
export const keyRowsSchema = z.array(
  z.object({
    table: z.string(),
    constraint: z.string(),
    column: z.string(),
    target: z.string().nullable(),
    references: z.string().nullable(),
  }),
);

/** The first column of an index. */
export const indexRowsSchema = z.array(z.object({ table: z.string(), column: z.string(), unique: flag }));

/** What the catalogue of either dialect says. */
export interface CatalogueRows {
  readonly columns: z.infer<typeof columnRowsSchema>;
  readonly keys: z.infer<typeof keyRowsSchema>;
  readonly indexes: z.infer<typeof indexRowsSchema>;
  readonly kindOf: (type: string, declared: string) => ColumnKind;
  /** The values of an enumeration by its column or type; null for what is none. */
  readonly valuesOf: (type: string, declared: string) => readonly string[] | null;
}

const INTEGER_TYPES: ReadonlySet<string> = new Set([
  "tinyint",
  "smallint",
  "mediumint",
  "int",
  "bigint",
  "int2",
  "int4",
  "int8",
]);

function foreignKeysOf(keys: CatalogueRows["keys"], table: string): ForeignKey[] {
  return keys.flatMap(({ table: of, column, target, references }) =>
    of === table && target !== null && references !== null ? [{ column, table: target, references }] : [],
  );
}

/** The tables that the rows describe, in their order. */
export function tablesOf({ columns, keys, indexes, kindOf, valuesOf }: CatalogueRows): DatabaseTable[] {
  const names = [...new Set(columns.map((row) => row.table))];
  return names.map((name): DatabaseTable => {
    const own = columns.filter((row) => row.table === name);
    const described = own.map((row): DatabaseColumn => {
      const begun = indexes.filter((index) => index.table === name && index.column === row.column);
      const kind = kindOf(row.type, row.declared);
      return {
        name: row.column,
        type: row.type,
        declared: row.declared,
        kind,
        nullable: row.nullable,
        integer: INTEGER_TYPES.has(row.type) || (kind === "number" && row.scale === 0),
        json: row.json,
        indexed: begun.length > 0,
        unique: begun.some((index) => index.unique),
        selfUpdating: row.selfUpdating,
        values: valuesOf(row.type, row.declared),
      };
    });
    return {
      name,
      view: own[0]?.view === true,
      columns: described,
      primaryKey: keys.filter((key) => key.table === name && key.target === null).map((key) => key.column),
      foreignKeys: foreignKeysOf(keys, name),
      rows: own[0]?.rows ?? null,
    };
  });
}
