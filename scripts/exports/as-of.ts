import { z } from "zod";

import { CommandError } from "../command.ts";

/** zod's own word for a time to the minute. */
const MINUTES = -1;
const dateSchema = z.iso.date();
const timeSchema = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: MINUTES })]);

/**
 * The moment that `--as-of` names: an ISO 8601 time with its zone, or a day, meaning its beginning in UTC.
 * @returns ISO 8601 in UTC
 */
export function parseAsOf(text: string): string {
  if (dateSchema.safeParse(text).success || timeSchema.safeParse(text).success) return new Date(text).toISOString();
  throw new CommandError(
    `--as-of "${text}" is no time: write it with its zone (2026-11-21T18:00:00Z), or a day (2026-11-21, from 0:00 UTC).`,
  );
}
