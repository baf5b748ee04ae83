import { z } from "zod";

import { hash32 } from "../hash.ts";

const LANE = 2 ** 32;

/** Keys as their number and the sums of their hashes: the same for the same keys, in whatever order they come. */
export const keySumSchema = z.strictObject({
  count: z.number().int(),
  high: z.number().int(),
  low: z.number().int(),
});
export type KeySum = z.infer<typeof keySumSchema>;

/** The sum of no keys. */
export const NO_KEYS: KeySum = { count: 0, high: 0, low: 0 };

/**
 * A sum with further keys in it. A key that is added twice counts twice: numbers alone would let a key that came twice
 * stand for one that is missing.
 */
export function addKeys(sum: KeySum, rowKeys: readonly string[]): KeySum {
  let { count, high, low } = sum;
  for (const rowKey of rowKeys) {
    count += 1;
    high = (high + hash32(rowKey, 1)) % LANE;
    low = (low + hash32(rowKey)) % LANE;
  }
  return { count, high, low };
}

/** Whether two sums are of the same keys. */
export function isSameKeys(a: KeySum, b: KeySum): boolean {
  return a.count === b.count && a.high === b.high && a.low === b.low;
}
