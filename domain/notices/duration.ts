const MINUTE_MILLISECONDS = 60_000;
const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** How long something lasted, in its two largest units: `less than a minute`, `26 minutes`, `2 hours 5 minutes`. */
export function durationInWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE_MILLISECONDS);
  if (milliseconds < MINUTE_MILLISECONDS) return "less than a minute";
  if (minutes < MINUTES_PER_HOUR) return plural(minutes, "minute");
  const hours = Math.floor(minutes / MINUTES_PER_HOUR);
  const [large, small] =
    hours < HOURS_PER_DAY
      ? [plural(hours, "hour"), { count: minutes % MINUTES_PER_HOUR, unit: "minute" }]
      : [plural(Math.floor(hours / HOURS_PER_DAY), "day"), { count: hours % HOURS_PER_DAY, unit: "hour" }];
  return small.count === 0 ? large : `${large} ${plural(small.count, small.unit)}`;
}
