import { z } from "zod";

import { INTERVALS } from "../../../domain/analytics/reports/buckets.ts";
import { isTimeZone } from "../../../domain/analytics/reports/calendar.ts";
import { ROWS_PER_PAGE_DEFAULT, ROWS_PER_PAGE_MAX, TOP_MAX } from "../../../domain/analytics/reports/limits.ts";
import { type Length, parseBound, PERIODS, type Range, resolveRange } from "../../../domain/analytics/reports/range.ts";
import config from "#shop-config";
import { ApiError } from "../errors.ts";

const FILTER_MAX_LENGTH = 256;
const CURSOR_MAX_LENGTH = 4_096;

const bound = z.string().transform((text, context) => {
  const parsed = parseBound(text);
  if (parsed !== null) return parsed;
  context.addIssue("a date (2026-11-21) or an ISO 8601 time with its zone (2026-11-21T18:00:00Z)");
  return z.NEVER;
});

/** What every report with a time range takes. */
export const rangeFields = {
  period: z.enum(Object.keys(PERIODS) as (keyof typeof PERIODS)[]).optional(),
  from: bound.optional(),
  to: bound.optional(),
  timezone: z
    .string()
    .refine(isTimeZone, "the name of a time zone, such as Europe/Amsterdam")
    .default(config.analytics.timezone),
  format: z.enum(["json", "csv"]).optional(),
} as const;

/** What reports take that come by the page. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(ROWS_PER_PAGE_MAX).default(ROWS_PER_PAGE_DEFAULT),
  cursor: z.string().max(CURSOR_MAX_LENGTH).optional(),
} as const;

export const intervalField = z.enum(INTERVALS).optional();
export const topField = z.coerce.number().int().min(1).max(TOP_MAX);
/** A dimension's value; empty for what is not known. */
export const filterField = z.string().max(FILTER_MAX_LENGTH).optional();

/** Comma-separated names of dimensions, each once, in the order of `dimensions`. Empty: no dimension. */
export function groupField<Dimension extends string>(dimensions: readonly Dimension[]) {
  return z.string().transform((text, context) => {
    const names = text === "" ? [] : text.split(",").map((name) => name.trim());
    const chosen = dimensions.filter((dimension) => names.includes(dimension));
    if (chosen.length === names.length) return chosen;
    context.addIssue(`some of ${dimensions.join(", ")}, each once, separated by commas`);
    return z.NEVER;
  });
}

/** The time that is asked about. @throws ApiError 400 `invalid_request` */
export function rangeOf(
  query: Parameters<typeof resolveRange>[0] & { readonly timezone: string },
  fallback: Length,
  now: number,
): Range {
  const range = resolveRange(query, fallback, query.timezone, now);
  if (range.ok) return range.value;
  throw new ApiError("invalid_request", range.error.message);
}
