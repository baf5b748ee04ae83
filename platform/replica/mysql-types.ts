import type { ColumnKind } from "../../domain/sync/replica.ts";

const KINDS: Readonly<Record<string, ColumnKind>> = {
  tinyint: "number",
  smallint: "number",
  mediumint: "number",
  int: "number",
  bigint: "number",
  decimal: "number",
  float: "number",
  double: "number",
  year: "number",
  date: "date",
  datetime: "datetime",
  timestamp: "datetime",
  binary: "binary",
  varbinary: "binary",
  tinyblob: "binary",
  blob: "binary",
  mediumblob: "binary",
  longblob: "binary",
  bit: "binary",
  geometry: "binary",
  point: "binary",
  linestring: "binary",
  polygon: "binary",
  multipoint: "binary",
  multilinestring: "binary",
  multipolygon: "binary",
  geometrycollection: "binary",
  geomcollection: "binary",
  vector: "binary",
  uuid: "uuid",
  // MySQL's own. What MariaDB calls JSON is longtext with a check, and stays text.
  json: "json",
};

/** @param dataType `DATA_TYPE`, @param columnType `COLUMN_TYPE`, both of information_schema */
export function mysqlKind(dataType: string, columnType: string): ColumnKind {
  // MySQL has no boolean: these two are what it is written as.
  if (columnType.startsWith("tinyint(1)") || columnType === "bit(1)") return "boolean";
  return KINDS[dataType.toLowerCase()] ?? "text";
}
