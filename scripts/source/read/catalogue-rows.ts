import { z } from "zod";

import type { ColumnKind } from "../../../domain/sync/replica.ts";
import type { DatabaseColumn, DatabaseTable, ForeignKey } from "../database.ts";

const flag = z.enum(["0", "1"]).transform((text) => text === "1");
const count = z.string().transform(Number);

/** A column as both dialects' statements give it, tables and columns in order. */
export const columnRowsSchema = z.array(
  z.object({
    schema: z.string(),
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
    schema: z.string(),
    table: z.string(),
    column: z.string(),
    targetSchema: z.string().nullable(),
    target: z.string().nullable(),
    references: z.string().nullable(),
  }),
);

/** The first column of an index. */
export const indexRowsSchema = z.array(
  z.object({ schema: z.string(), table: z.string(), column: z.string(), unique: flag }),
);

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

/** A table's place in the catalogue. */
interface Place {
  readonly schema: string;
  readonly table: string;
}

function isAt(place: Place): (row: Place) => boolean {
  return (row) => row.schema === place.schema && row.table === place.table;
}

/**
 * The tables that the rows describe, in their order. A name with a dot in it is left out: the configuration would read
 * it as a schema's.
 * @param ownSchema the schema that a connection finds by itself
 */
export function tablesOf(
  { columns, keys, indexes, kindOf, valuesOf }: CatalogueRows,
  ownSchema: string | null,
): DatabaseTable[] {
  const nameOf = (schema: string, table: string): string => (schema === ownSchema ? table : `${schema}.${table}`);
  const places = columns
    .filter((row, place) => !columns.slice(0, place).some(isAt(row)))
    .filter(({ schema, table }) => !schema.includes(".") && !table.includes("."));
  return places.map(({ schema, table, view, rows }): DatabaseTable => {
    const isOwn = isAt({ schema, table });
    const ownKeys = keys.filter(isOwn);
    const described = columns.filter(isOwn).map((row): DatabaseColumn => {
      const begun = indexes.filter((index) => isOwn(index) && index.column === row.column);
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
      name: nameOf(schema, table),
      schema,
      table,
      view,
      columns: described,
      primaryKey: ownKeys.filter((key) => key.target === null).map((key) => key.column),
      foreignKeys: ownKeys.flatMap(({ column, targetSchema, target, references }): ForeignKey[] =>
        targetSchema === null || target === null || references === null
          ? []
          : [{ column, table: nameOf(targetSchema, target), references }],
      ),
      rows,
    };
  });
}
