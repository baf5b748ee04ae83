import { jsonBytes } from "../events/event-params.ts";

/** Between two entries of a JSON list stands one comma. */
const SEPARATOR_BYTES = 1;

/**
 * Cuts a list into packs of at most `maxBytes` of JSON each, in order. An entry that is larger alone is a pack of its
 * own: whether that can travel is for the caller to find out.
 */
export function packByBytes<Entry>(entries: readonly Entry[], maxBytes: number): Entry[][] {
  const packs: Entry[][] = [];
  let pack: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = jsonBytes(entry) + SEPARATOR_BYTES;
    if (pack.length > 0 && bytes + size > maxBytes) {
      packs.push(pack);
      pack = [];
      bytes = 0;
    }
    pack.push(entry);
    bytes += size;
  }
  if (pack.length > 0) packs.push(pack);
  return packs;
}
