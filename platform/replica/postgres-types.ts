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

const INTEGERS: Readonly<Record<string, readonly [least: bigint, greatest: bigint]>> = {
  int2: [-(2n ** 15n), 2n ** 15n - 1n],
  int4: [-(2n ** 31n), 2n ** 31n - 1n],
  int8: [-(2n ** 63n), 2n ** 63n - 1n],
  oid: [0n, 2n ** 32n - 1n],
};

/** False for a number that an integer column has no room for: PostgreSQL refuses even to compare with it. */
export function fitsInteger(udtName: string, text: string): boolean {
  const range = INTEGERS[udtName];
  if (range === undefined) return true;
  if (!/^-?\d+$/.test(text)) return false;
  const integer = BigInt(text);
  return range[0] <= integer && integer <= range[1];
}
