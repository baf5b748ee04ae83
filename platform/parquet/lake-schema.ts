import type { SchemaElement } from "hyparquet";

import type { FileTable, LakeColumn, LakeValueColumn } from "../../domain/lake/lake-table.ts";

const TYPES = {
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  // Text, not Parquet's JSON: every reader knows text, and all can take JSON apart from it.
  json: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  double: { type: "DOUBLE" },
  integer: { type: "INT64" },
  boolean: { type: "BOOLEAN" },
  // Without a logical type readers see a plain UTC time rather than one that they shift into the zone of the session.
  timestamp: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
} as const satisfies Record<LakeValueColumn["type"], Partial<SchemaElement>>;

function valueElement(column: LakeValueColumn): SchemaElement {
  return { name: column.name, ...TYPES[column.type], repetition_type: column.nullable ? "OPTIONAL" : "REQUIRED" };
}

/** A list in the three levels of Parquet's specification, which Arrow, Spark and DuckDB read as a list of structs. */
function elementsOf(column: LakeColumn): SchemaElement[] {
  if (column.type !== "items") return [valueElement(column)];
  return [
    {
      name: column.name,
      repetition_type: "REQUIRED",
      converted_type: "LIST",
      logical_type: { type: "LIST" },
      num_children: 1,
    },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "REQUIRED", num_children: column.fields.length },
    ...column.fields.map(valueElement),
  ];
}

/** The Parquet schema of a table, whatever its rows hold. */
export function lakeSchema(table: FileTable): SchemaElement[] {
  return [{ name: "schema", num_children: table.columns.length }, ...table.columns.flatMap(elementsOf)];
}
