import type { LakeCell, LakeColumn, LakeItem } from "../../domain/lake/lake-table.ts";

/** A cell as the encoder takes it, and the decoder gives it: 64-bit integers are bigints. */
export type ParquetLakeCell = LakeCell | bigint | readonly Readonly<Record<string, unknown>>[] | undefined;

function encodeItem(item: LakeItem, integers: readonly string[]): Readonly<Record<string, unknown>> {
  const encoded: Record<string, unknown> = { ...item };
  for (const name of integers) if (typeof item[name] === "number") encoded[name] = BigInt(item[name]);
  return encoded;
}

/** A function that makes a column's cells what the encoder takes. Cells that were read from a file are that already. */
export function cellEncoder(column: LakeColumn): (cell: LakeCell | undefined) => ParquetLakeCell {
  if (column.type === "items") {
    const integers = column.fields.filter(({ type }) => type === "integer").map(({ name }) => name);
    return (cell) =>
      Array.isArray(cell) ? (cell as readonly LakeItem[]).map((item) => encodeItem(item, integers)) : [];
  }
  if (column.type === "integer") return (cell) => (typeof cell === "number" ? BigInt(cell) : null);
  return (cell) => cell ?? null;
}

/** A text by which cells of single values are compared; null is no text. */
export function cellText(cell: ParquetLakeCell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "object") return JSON.stringify(cell);
  return String(cell);
}
