import type { BaselineHours } from "./baseline-hours.ts";
import { type ByHour, type CountedHours, countOf } from "./counted-hours.ts";
import { besideHours, meanOfEach, pastCounts } from "./expectation.ts";
import { type Look, type Series, type Signal, SIGNALS } from "./judge.ts";
import type { LookedAt } from "./looked-at.ts";

/** An item that may be in unusual demand. */
export interface CountedItem {
  readonly itemId: string;
  readonly line: string;
  /** In the hour that is judged, and in those of the baseline. */
  readonly byHour: ByHour;
}

/** How many items of each line there are. */
export type ItemsByLine = Readonly<Record<string, number>>;

/** What a baseline is made of. */
export interface Baseline {
  readonly hours: BaselineHours;
  readonly counted: CountedHours;
  readonly itemsByLine: ItemsByLine;
}

type Past = Pick<Series, "past" | "besideHours" | "priorMean">;

/** The past of an item: its own, and what its line says of it. */
export function pastOfItem(baseline: Baseline, item: CountedItem, signal: Signal): Past {
  const { hours, counted, itemsByLine } = baseline;
  const of = (byHour: ByHour) => pastCounts(hours, (hour) => countOf(byHour.get(hour), signal));
  return {
    past: of(item.byHour),
    besideHours: besideHours(of(counted.shop)),
    priorMean: meanOfEach(of(counted.line(item.line)), itemsByLine[item.line] ?? 0),
  };
}

/** The past of a line: its own, and what the shop says of it. */
export function pastOfLine({ hours, counted }: Baseline, line: string, signal: Signal): Past {
  const of = (byHour: ByHour) => pastCounts(hours, (hour) => countOf(byHour.get(hour), signal));
  const shop = of(counted.shop);
  return {
    past: of(counted.line(line)),
    besideHours: besideHours(shop),
    priorMean: meanOfEach(shop, counted.lines.length),
  };
}

/**
 * Puts together what a look judges.
 * @param items those with enough counts for an alarm, and those of which a spike is open
 */
export function composeLook(baseline: Baseline, { hour, share }: LookedAt, items: readonly CountedItem[]): Look {
  const { counted, itemsByLine } = baseline;
  const series = SIGNALS.flatMap((signal): Series[] => [
    ...items.map((item): Series => ({
      ...pastOfItem(baseline, item, signal),
      scope: "item",
      subject: item.itemId,
      signal,
      observed: countOf(item.byHour.get(hour), signal),
    })),
    ...counted.lines.map((line): Series => ({
      ...pastOfLine(baseline, line, signal),
      scope: "line",
      subject: line,
      signal,
      observed: countOf(counted.line(line).get(hour), signal),
    })),
  ]);
  const known = Object.values(itemsByLine).reduce((sum, count) => sum + count, 0);
  const questions = SIGNALS.length * (Math.max(known, items.length) + counted.lines.length);
  return { share, series, questions };
}
