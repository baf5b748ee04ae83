import { parseMoment } from "../announcements/moment.ts";
import { parseSeconds } from "../terminal/duration.ts";

/**
 * Reads `--since`: an ISO 8601 time with its zone, or how long ago it was (`30m`, `2h`, `1d`).
 * @throws CommandError for anything else
 */
export function parseSince(text: string, now: Date): Date {
  const seconds = parseSeconds(text);
  return seconds === null ? parseMoment("--since", text, now) : new Date(now.getTime() - seconds * 1_000);
}
