import { FEATURE_TEXT_MAX_LENGTH, RECORD_MAX_LENGTH } from "../../domain/sync/limits.ts";
import type { ColumnDescription } from "../../domain/sync/replica.ts";

/**
 * How many characters of a column the server sends at most, so that a page of huge texts never travels; null for all.
 * One character more than is kept: whoever reads it can still tell that it was longer.
 * @param whole columns that are never cut, because reading goes on from their values
 */
export function cutLength(column: ColumnDescription, whole: readonly string[]): number | null {
  if (whole.includes(column.name)) return null;
  if (column.kind === "json") return RECORD_MAX_LENGTH + 1;
  if (column.kind !== "text") return null;
  return column.length === null || column.length > FEATURE_TEXT_MAX_LENGTH ? FEATURE_TEXT_MAX_LENGTH + 1 : null;
}
