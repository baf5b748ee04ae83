import { z } from "zod";

import { CommandError } from "../command.ts";
import { parseSeconds } from "../terminal/duration.ts";

/** zod's own word for a time to the minute. */
const MINUTES = -1;
const isoSchema = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: MINUTES })]);

/**
 * Reads a moment: an ISO 8601 time with its zone, or how long after `from` it is (`30m`, `2h`, `1d`).
 * @param option its name, for the message
 */
export function parseMoment(option: string, text: string, from: Date): Date {
  const seconds = parseSeconds(text);
  if (seconds !== null) return new Date(from.getTime() + seconds * 1_000);
  if (isoSchema.safeParse(text).success) return new Date(text);
  throw new CommandError(
    `${option} "${text}" is no time: write it with its zone (2026-11-21T18:00:00Z), or as 30m, 2h or 1d.`,
  );
}
