import { jsonBytes } from "../events/event-params.ts";

/**
 * Cuts a list into packs of at most `maxBytes` of JSON each, in order, by halves: nearly always the whole list is one
 * pack, and measuring that costs less than half of measuring every entry. An entry that is larger alone is a pack of
 * its own: whether that can travel is for the caller to find out.
 */
export function packByBytes<Entry>(entries: readonly Entry[], maxBytes: number): Entry[][] {
  if (entries.length === 0) return [];
  if (entries.length === 1 || jsonBytes(entries) <= maxBytes) return [[...entries]];
  const middle = Math.ceil(entries.length / 2);
  return [...packByBytes(entries.slice(0, middle), maxBytes), ...packByBytes(entries.slice(middle), maxBytes)];
}
