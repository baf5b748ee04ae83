import { jsonParts } from "../push-sql.ts";

/** Records that one statement is asked for: what it gives is in memory twice, as text and as values. */
const IDS_PER_STATEMENT_MAX = 5_000;

/** Ids without repeats, as JSON arrays of what one statement may be asked for. */
export function idParts(ids: readonly string[]): string[] {
  const distinct = [...new Set(ids)];
  const parts: string[] = [];
  for (let first = 0; first < distinct.length; first += IDS_PER_STATEMENT_MAX) {
    parts.push(...jsonParts(distinct.slice(first, first + IDS_PER_STATEMENT_MAX)));
  }
  return parts;
}
