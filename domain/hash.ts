/**
 * Two 32-bit lanes in the manner of MurmurHash3 (public domain, Austin Appleby): each UTF-16 unit is mixed into both
 * lanes with different multipliers, then both are finalised with avalanche shifts. Not cryptographic: used to spread
 * keys over shards, to fingerprint rows, and to bucket tokens.
 */
function lanes(text: string, seed: number): [number, number] {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let position = 0; position < text.length; position++) {
    const unit = text.charCodeAt(position);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low ^ unit, 0xc2b2ae35);
    low = (low << 17) | (low >>> 15);
  }
  high ^= text.length;
  low ^= text.length;
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return [(high ^ (high >>> 16)) >>> 0, (low ^ (low >>> 16)) >>> 0];
}

/** A 32-bit unsigned hash of `text`. The same text and seed give the same number on every machine, for ever. */
export function hash32(text: string, seed = 0): number {
  return lanes(text, seed)[1];
}

/** A 64-bit hash of `text` as 16 lower-case hexadecimal digits. */
export function hash64(text: string, seed = 0): string {
  const [high, low] = lanes(text, seed);
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

/** The shard in `0 … shards − 1` to which `key` belongs. */
export function shardOf(key: string, shards: number): number {
  return hash32(key) % shards;
}
