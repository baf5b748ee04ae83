const DECIMALS = 1e6;

/** A sum of money or pieces without the last bits of binary fractions: 0.3, not 0.30000000000000004. */
export function rounded(sum: number): number {
  // Adding zero makes −0 a 0.
  return Math.round(sum * DECIMALS) / DECIMALS + 0;
}
