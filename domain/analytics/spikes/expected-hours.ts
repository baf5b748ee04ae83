import { HOUR_MILLISECONDS } from "../../ledger/limits.ts";
import { baselineHours } from "./baseline-hours.ts";
import { type CountedItem, type ItemsByLine, pastOfItem, pastOfLine } from "./compose-look.ts";
import { type CountedHours, countOf } from "./counted-hours.ts";
import { levelFrom } from "./expectation.ts";
import type { Scope, Signal } from "./judge.ts";

/** An hour of a series, beside what its baseline expected of it. */
export interface ExpectedHour {
  /** Beginning of the hour, milliseconds since 1970 UTC. */
  readonly hour: number;
  /** Null where it is no longer known: hours of items become parts of their days. */
  readonly observed: number | null;
  /** Null where the baseline knows too little. */
  readonly expected: number | null;
}

/** What is known of a series and the shop around it. */
export interface KnownSeries {
  readonly scope: Scope;
  readonly signal: Signal;
  /** The item; of a line only its `line` matters. */
  readonly item: CountedItem;
  readonly counted: CountedHours;
  readonly itemsByLine: ItemsByLine;
  /** The shop's. */
  readonly timezone: string;
  /** Before this the series is not kept by the hour; milliseconds since 1970 UTC. */
  readonly hoursSince: number;
}

/**
 * What was counted in each hour, and what the baseline of that hour expected.
 * @param until the hour in which this is gets the expectation of its share
 */
export function expectedHours(known: KnownSeries, hours: readonly number[], until: number): readonly ExpectedHour[] {
  const { scope, signal, item, counted, itemsByLine, timezone, hoursSince } = known;
  const byHour = scope === "item" ? item.byHour : counted.line(item.line);
  return hours.map((hour) => {
    const observed = hour < hoursSince ? null : countOf(byHour.get(hour), signal);
    const usual = baselineHours(hour, timezone, (one) => one >= hoursSince && counted.wasCounted(one));
    if (usual === null) return { hour, observed, expected: null };
    const baseline = { hours: usual, counted, itemsByLine };
    const { past, besideHours, priorMean } =
      scope === "item" ? pastOfItem(baseline, item, signal) : pastOfLine(baseline, item.line, signal);
    const share = Math.min(1, Math.max(0, (until - hour) / HOUR_MILLISECONDS));
    return { hour, observed, expected: levelFrom(past, besideHours, priorMean).mean * share };
  });
}
