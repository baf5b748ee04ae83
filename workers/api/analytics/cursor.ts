import { z } from "zod";

import { RANGE_DAYS_MAX } from "../../../domain/analytics/reports/limits.ts";
import type { Range } from "../../../domain/analytics/reports/range.ts";
import { DAY_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { ApiError } from "../errors.ts";
import { invalidCursor } from "../list.ts";

/** Keys of a page's last row. */
export type RowKeys = readonly [time: number, ...others: string[]];

/** Where a report goes on: the first page's range and groups, so that all pages are about the same, and its last row. */
export interface ReportCursor {
  readonly range: Range;
  readonly after: RowKeys;
  /** Tells the groups that `top` chose from others; null without `top`. */
  readonly chosen: string | null;
  /** Tells the question that is gone on with from others. */
  readonly question: string;
}

const FINGERPRINT_CHARACTERS = 16;

/** Tells a text from others, in few characters: a cursor is part of an address. */
export async function fingerprintOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("base64url").slice(0, FINGERPRINT_CHARACTERS);
}

/** Beyond the year 10,000 nobody counts, and calendars give up long before numbers do. */
const TIME_MAX = Date.UTC(10_000, 0);
const time = z.number().int().min(-TIME_MAX).max(TIME_MAX);
const cursorSchema = z.tuple([time, time, z.tuple([time], z.string()), z.string().nullable(), z.string()]);

/** The opaque text of a cursor. */
export function encodeCursor({ range, after, chosen, question }: ReportCursor): string {
  return Buffer.from(JSON.stringify([range.from, range.to, after, chosen, question])).toString("base64url");
}

/**
 * What a cursor says, null without one.
 * @param keys how many a row of the report has
 * @param question what the caller asks now, as {@link ReportCursor.question}
 * @throws ApiError 400 `invalid_cursor`, also for one that another question's answer gave
 */
export function decodeCursor(cursor: string | undefined, keys: number, question: string): ReportCursor | null {
  if (cursor === undefined) return null;
  const parsed = parseCursor(cursor, keys);
  if (parsed.question === question) return parsed;
  throw new ApiError(
    "invalid_cursor",
    "This cursor is of another question: send it with the same filters, `group_by`, `interval`, `top` and `timezone`, or begin again without it.",
  );
}

function parseCursor(cursor: string, keys: number): ReportCursor {
  try {
    const [from, to, after, chosen, question] = cursorSchema.parse(
      JSON.parse(Buffer.from(cursor, "base64url").toString()),
    );
    if (from >= to || to - from > RANGE_DAYS_MAX * DAY_MILLISECONDS || after.length !== keys) throw invalidCursor();
    return { range: { from, to }, after, chosen, question };
  } catch {
    throw invalidCursor();
  }
}
