const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;
const UNIT_BYTES = 1_000;
/** Below this a tenth is worth showing; what would be rounded to 10.0 is 10. */
const TENTHS_BELOW = 9.95;

/** A size as people say it, in units of 1,000: `812 B`, `3.4 MB`, `120 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1000 is 1 of the next unit.
  while (Math.round(value) >= UNIT_BYTES && unit < UNITS.length - 1) {
    value /= UNIT_BYTES;
    unit++;
  }
  const text = unit > 0 && value < TENTHS_BELOW ? value.toFixed(1) : String(Math.round(value));
  return `${text} ${UNITS[unit] ?? ""}`;
}
