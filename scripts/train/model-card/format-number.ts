/** Digits that are told of a number that is not whole. */
const SIGNIFICANT_DIGITS = 4;

/** A number to be read: whole ones in full, with commas; others with four significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return new Intl.NumberFormat("en").format(value);
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4) return value.toExponential(SIGNIFICANT_DIGITS - 1);
  const digits = magnitude >= 1_000 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: SIGNIFICANT_DIGITS };
  return new Intl.NumberFormat("en", digits).format(value);
}

/** A share of 1 as a percentage. */
export function formatShare(share: number): string {
  return `${formatNumber(Number((share * 100).toPrecision(SIGNIFICANT_DIGITS)))} %`;
}
