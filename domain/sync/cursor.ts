import type { ColumnDescription } from "./replica.ts";
import { toTime } from "./values.ts";

const INTEGER_PATTERN = /^-?\d+$/;

/**
 * Where reading starts again: the committed cursor less the overlap, since late commits come out of order.
 * @param overlap seconds for a time, units for a number
 * @returns a value that the source can compare with its column; the cursor itself where nothing can be subtracted
 */
export function cursorWithOverlap(cursor: string, column: ColumnDescription, overlap: number): string {
  if (column.kind === "number") {
    // Versions may be larger than a double holds exactly.
    if (INTEGER_PATTERN.test(cursor)) return String(BigInt(cursor) - BigInt(Math.ceil(overlap)));
    return String(Number(cursor) - overlap);
  }
  const time = toTime(cursor, column);
  if (time === null) return cursor;
  const from = new Date(time.at - overlap * 1000).toISOString();
  // Both dialects read this form, in the session's time zone, which the adapters set to UTC.
  return column.kind === "date" ? from.slice(0, 10) : from.slice(0, 23).replace("T", " ");
}

/**
 * Whether the source's greatest cursor value lies behind the committed one by more than the overlap: the replica was
 * rebuilt from an older copy, or its clock was set back.
 */
export function wentBack(greatest: string, cursor: string, column: ColumnDescription, overlap: number): boolean {
  if (column.kind === "number") {
    if (INTEGER_PATTERN.test(greatest) && INTEGER_PATTERN.test(cursor)) {
      return BigInt(greatest) < BigInt(cursor) - BigInt(Math.ceil(overlap));
    }
    return Number(greatest) < Number(cursor) - overlap;
  }
  const [now, before] = [toTime(greatest, column), toTime(cursor, column)];
  return now !== null && before !== null && now.at < before.at - overlap * 1000;
}
