import { hash32 } from "../hash.ts";

/** Words of one feature that are looked at: a long description is cut, so that an embedding's cost is bounded. */
export const TOKENS_MAX = 256;

/** The lower-cased runs of letters and digits of `text`, repeated ones included, at most {@link TOKENS_MAX}. */
export function tokenize(text: string): string[] {
  const words = text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words === null ? [] : words.slice(0, TOKENS_MAX);
}

/** The row in `0 … buckets − 1` that a token shares with every other token of its hash. */
export function tokenBucket(token: string, buckets: number): number {
  return hash32(token) % buckets;
}
