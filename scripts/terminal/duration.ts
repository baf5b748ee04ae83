const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** Below this a tenth of a second is worth showing. */
const TENTHS_BELOW_SECONDS = 10;

/** A duration as people say it, in its two largest units: `3.2 s`, `4 min 10 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < TENTHS_BELOW_SECONDS) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE_SECONDS) return `${whole} s`;
  if (whole < HOUR_SECONDS) return `${Math.floor(whole / MINUTE_SECONDS)} min ${whole % MINUTE_SECONDS} s`;
  const minutes = Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS);
  if (whole < DAY_SECONDS) return `${Math.floor(whole / HOUR_SECONDS)} h ${minutes} min`;
  return `${Math.floor(whole / DAY_SECONDS)} d ${Math.floor((whole % DAY_SECONDS) / HOUR_SECONDS)} h`;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  m: MINUTE_SECONDS,
  min: MINUTE_SECONDS,
  h: HOUR_SECONDS,
  d: DAY_SECONDS,
};

/** Reads `30m`, `30min`, `2h` or `1d`. @returns seconds; null for anything else */
export function parseSeconds(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim());
  const unit = UNIT_SECONDS[match?.[2] ?? ""];
  return unit === undefined ? null : Number(match?.[1]) * unit;
}
