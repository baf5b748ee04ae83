import { z } from "zod";

import { RANGE_DAYS_MAX } from "../../../domain/analytics/reports/limits.ts";
import type { Range } from "../../../domain/analytics/reports/range.ts";
import { DAY_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { invalidCursor } from "../list.ts";

/** Keys of a page's last row. */
export type RowKeys = readonly [time: number, ...others: string[]];

/** Where a report goes on: the first page's range and groups, so that all pages are about the same, and its last row. */
export interface ReportCursor {
  readonly range: Range;
  readonly after: RowKeys;
  /** Tells the groups that `top` chose from others; null without `top`. */
  readonly chosen: string | null;
}

/** Beyond the year 10,000 nobody counts, and calendars give up long before numbers do. */
const TIME_MAX = Date.UTC(10_000, 0);
const time = z.number().int().min(-TIME_MAX).max(TIME_MAX);
const cursorSchema = z.tuple([time, time, z.tuple([time], z.string()), z.string().nullable()]);

/** The opaque text of a cursor. */
export function encodeCursor({ range, after, chosen }: ReportCursor): string {
  return Buffer.from(JSON.stringify([range.from, range.to, after, chosen])).toString("base64url");
}

/**
 * What a cursor says, null without one.
 * @param keys how many a row of the report has
 * @throws ApiError 400 `invalid_cursor`
 */
export function decodeCursor(cursor: string | undefined, keys: number): ReportCursor | null {
  if (cursor === undefined) return null;
  try {
    const [from, to, after, chosen] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    if (from >= to || to - from > RANGE_DAYS_MAX * DAY_MILLISECONDS || after.length !== keys) throw invalidCursor();
    return { range: { from, to }, after, chosen };
  } catch {
    throw invalidCursor();
  }
}
