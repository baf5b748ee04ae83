/** Letters that postal codes use: none that a digit could be read for. */
const CAPITALS = Array.from("ABCDEFGHJKLMNPRSTUVWXY");

/** A seeded source of numbers in [0, 1), as scripts/random.ts makes them. */
export type Random = () => number;

/**
 * One of `choices`, each as likely as another.
 * @throws RangeError for an empty list
 */
export function pick<Choice>(random: Random, choices: readonly Choice[]): Choice {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new RangeError("There is nothing to pick from.");
  return choice;
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** A normally distributed number with mean 0 and standard deviation 1 (Box–Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Running totals of `weights`, from which {@link drawIndex} draws. */
export function cumulate(weights: Iterable<number>): Float64Array {
  const totals: number[] = [];
  let total = 0;
  for (const weight of weights) totals.push((total += weight));
  return Float64Array.from(totals);
}

/** A position drawn in proportion to the weights behind `totals`, by binary search. */
export function drawIndex(random: Random, totals: Float64Array): number {
  const target = random() * (totals.at(-1) ?? 0);
  let low = 0;
  let high = totals.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((totals[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `pattern` with every `#` as a digit and every `@` as a capital letter: postal codes and telephone numbers. */
export function fillPattern(random: Random, pattern: string): string {
  return pattern.replace(/[#@]/g, (sign) => (sign === "#" ? String(between(random, 0, 9)) : pick(random, CAPITALS)));
}

/** `amount` to two decimals, as money is stored. */
export function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
