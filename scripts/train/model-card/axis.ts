/** An axis of a chart: where a value stands between its ends, and its ticks. */
export interface Axis {
  /** 0 at the axis's low end, 1 at its high end. */
  place(value: number): number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** Ticks that a linear axis should have, more or less: what stays legible on a chart of this size. */
const TICKS_WANTED = 5;
/** Steps between ticks that people count in, times a power of ten. */
const ROUND_STEPS = [1, 2, 5, 10] as const;
/** An axis begins at 0 when the lowest value is at most this share of the highest: little room is lost. */
const ZERO_SHARE_MAX = 0.35;
/** Values that differ by less than this share of their size are one value, with room above and below. */
const FLAT_SHARE_MAX = 1e-6;
/** Nothing that is measured of a model is as small, but for 0. */
const TINY = 1e-100;
/** From here on labels are short: 20K, 1.5M. */
const COMPACT_FROM = 10_000;
const DECIMALS_MAX = 6;
/** Keeps sums of steps like 0.1 from reading 0.30000000000000004, and from passing an end by as little. */
const ROUNDING = 1e-9;
/** With no more powers of ten than this on an axis, other numbers have ticks too; of more than the other, only some. */
const LOG_TICKS_MIN = 2;
const LOG_TICKS_MAX = 7;

function roundStep(span: number): number {
  const rough = span / TICKS_WANTED;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = ROUND_STEPS.find((step) => step * power >= rough * (1 - ROUNDING)) ?? 10;
  return factor * power;
}

/** A tick's label, with as many decimals as its step has. */
function labelOf(value: number, step: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + ROUNDING));
  if (decimals > DECIMALS_MAX) return value === 0 ? "0" : String(Number(value.toPrecision(3)));
  const compact = Math.abs(value) >= COMPACT_FROM;
  return new Intl.NumberFormat("en", {
    ...(compact ? { notation: "compact", maximumFractionDigits: 2 } : { minimumFractionDigits: decimals }),
    useGrouping: false,
    signDisplay: "negative",
  })
    .format(value)
    .replace("-", "−");
}

/**
 * A linear axis around values. Whole numbers, such as epochs, have no ticks between them.
 * @param values finite; none give an axis from 0 to 1
 * @param ends `round` when the axis is to end on ticks, `tight` when it is to end on the values
 */
export function linearAxis(values: readonly number[], ends: "round" | "tight"): Axis {
  let low = values.length === 0 ? 0 : values.reduce((least, value) => Math.min(least, value), Infinity);
  let high = values.length === 0 ? 1 : values.reduce((most, value) => Math.max(most, value), -Infinity);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low <= Math.max(size * FLAT_SHARE_MAX, TINY)) {
    const margin = size <= TINY ? 1 : size / 2;
    [low, high] = [low - margin, high + margin];
  } else if (ends === "round" && low > 0 && low <= high * ZERO_SHARE_MAX) low = 0;
  const step = Math.max(values.every(Number.isInteger) ? 1 : 0, roundStep(high - low));
  const first = ends === "round" ? Math.floor(low / step + ROUNDING) : Math.ceil(low / step - ROUNDING);
  const last = ends === "round" ? Math.ceil(high / step - ROUNDING) : Math.floor(high / step + ROUNDING);
  if (ends === "round") [low, high] = [first * step, last * step];
  const ticks = Array.from({ length: last - first + 1 }, (_, position) => {
    const value = Number(((first + position) * step).toPrecision(12));
    return { value, label: labelOf(value, step) };
  });
  return { place: (value) => (value - low) / (high - low), ticks };
}

/** Ticks within a logarithmic range: powers of ten, or, where these are too few, also twice and five times them. */
function logTicks(low: number, high: number): number[] {
  const first = Math.floor(low);
  const powers = Array.from({ length: Math.ceil(high) - first + 1 }, (_, position) => first + position);
  const within = (value: number): boolean =>
    Math.log10(value) >= low - ROUNDING && Math.log10(value) <= high + ROUNDING;
  const tens = powers.map((power) => Number(`1e${power}`)).filter(within);
  if (tens.length > LOG_TICKS_MIN)
    return tens.filter((_, place) => place % Math.ceil(tens.length / LOG_TICKS_MAX) === 0);
  return powers.flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`))).filter(within);
}

/** A logarithmic axis around values above 0; a linear one when they are too near to each other for two round ticks. */
export function logAxis(values: readonly number[]): Axis {
  const logs = values.map((value) => Math.log10(value));
  const low = logs.reduce((least, log) => Math.min(least, log), Infinity);
  const high = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  const ticks = high > low ? logTicks(low, high) : [];
  if (ticks.length < 2) return linearAxis(values, "tight");
  return {
    place: (value) => (Math.log10(value) - low) / (high - low),
    ticks: ticks.map((value) => ({ value, label: labelOf(value, 10 ** Math.floor(Math.log10(value) + ROUNDING)) })),
  };
}
