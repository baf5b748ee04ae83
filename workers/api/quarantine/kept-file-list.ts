import { z } from "zod";

import type { KeptFile } from "../../../platform/d1/kept-file-store.ts";
import { invalidCursor, pairCursor } from "../list.ts";

/** A time from which files are wanted. */
export const sinceSchema = z.iso
  .datetime({ offset: true, error: "an ISO 8601 time with its zone, such as 2026-11-21T18:00:00Z" })
  .transform((text) => Date.parse(text));

/** Where a list of files goes on, null from its start. @throws ApiError 400 `invalid_cursor` */
export function keptFileCursor(cursor: string | undefined): { writtenAt: number; key: string } | null {
  const pair = pairCursor(cursor);
  if (pair === null) return null;
  const [time, key] = pair;
  const writtenAt = Number(time);
  if (!Number.isSafeInteger(writtenAt)) throw invalidCursor();
  return { writtenAt, key };
}

/** The two texts of {@link keptFileCursor}. */
export function cursorPair({ writtenAt, key }: KeptFile): [string, string] {
  return [String(writtenAt), key];
}

/** Replays of several files, added up by outcome. */
export function addOutcomes(outcomes: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const outcome of outcomes) {
    for (const [name, count] of Object.entries(outcome)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
