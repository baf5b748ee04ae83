import type { ColumnKind } from "../../domain/sync/replica.ts";

const KINDS: Readonly<Record<string, ColumnKind>> = {
  bool: "boolean",
  int2: "number",
  int4: "number",
  int8: "number",
  numeric: "number",
  float4: "number",
  float8: "number",
  oid: "number",
  date: "date",
  timestamp: "datetime",
  timestamptz: "datetime",
  uuid: "uuid",
  json: "json",
  jsonb: "json",
  bytea: "binary",
};

/** @param udtName `udt_name` of information_schema; enums, arrays and whatever else there is read as text */
export function postgresKind(udtName: string): ColumnKind {
  return KINDS[udtName] ?? "text";
}
