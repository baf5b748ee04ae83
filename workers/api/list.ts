import { z } from "zod";

import { ApiError } from "./errors.ts";

const LIST_LIMIT_DEFAULT = 20;
const LIST_LIMIT_MAX = 100;

/** The query parameters that every list takes. */
export const listFields = {
  limit: z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).default(LIST_LIMIT_DEFAULT),
  cursor: z.string().optional(),
} as const;

const numberSchema = z.coerce.number().int().positive();
const pairSchema = z.tuple([z.string(), z.string()]);

/** The refusal of a cursor that no answer gave. */
export function invalidCursor(): ApiError {
  return new ApiError("invalid_cursor", "Send `cursor` as an earlier answer's `next_cursor` gave it.");
}

/** The number that a list by number goes on from, null from its start. @throws ApiError 400 `invalid_cursor` */
export function numberCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const parsed = numberSchema.safeParse(cursor);
  if (!parsed.success) throw invalidCursor();
  return parsed.data;
}

/** A cursor of two texts, which may hold any characters. */
export function encodePair(first: string, second: string): string {
  return Buffer.from(JSON.stringify([first, second])).toString("base64url");
}

/** The two texts that a list goes on from, null from its start. @throws ApiError 400 `invalid_cursor` */
export function pairCursor(cursor: string | undefined): readonly [string, string] | null {
  if (cursor === undefined) return null;
  try {
    return pairSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  } catch {
    throw invalidCursor();
  }
}

/** A list's answer. */
export interface ListPage {
  readonly data: readonly object[];
  readonly next_cursor: string | null;
}

/** The answer of a list of which one row more than `limit` was asked for: that one says that there is another page. */
export function listPage<Row>(
  found: readonly Row[],
  limit: number,
  describe: (row: Row) => object,
  cursorOf: (row: Row) => string,
): ListPage {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(describe),
    next_cursor: found.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** ISO 8601 in UTC. @param milliseconds since 1970 UTC */
export function isoTime(milliseconds: number): string;
export function isoTime(milliseconds: number | null): string | null;
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
