/** Random numbers and counts, the same for the same seed. */

/** Numbers in [0, 1) that are the same for the same seed (mulberry32, by Tommy Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box & Muller, 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A Poisson count: by multiplication (Knuth) in parts that do not underflow. */
export function poisson(mean: number, random: () => number): number {
  const part = 30;
  let count = 0;
  for (let left = mean; left > 0; left -= part) {
    const limit = Math.exp(-Math.min(left, part));
    for (let product = random(); product > limit; product *= random()) count += 1;
  }
  return count;
}

/** A gamma number of mean 1 (Marsaglia & Tsang, "A simple method for generating gamma variables", 2000). */
export function gammaAroundOne(shape: number, random: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}
