import { baselineHours } from "../../../domain/analytics/spikes/baseline-hours.ts";
import { composeLook, type CountedItem, type ItemsByLine } from "../../../domain/analytics/spikes/compose-look.ts";
import { CountedHours, type HourCounts, type LineHour } from "../../../domain/analytics/spikes/counted-hours.ts";
import { type Raised, raisedSeries } from "../../../domain/analytics/spikes/judge.ts";
import { SPIKE_COUNT_MIN } from "../../../domain/analytics/spikes/limits.ts";
import { lookedAt } from "../../../domain/analytics/spikes/looked-at.ts";
import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { gammaAroundOne, poisson, seeded } from "./random-counts.ts";

/** A shop of which the truth is known. */
export interface SimulatedShop {
  readonly items: number;
  readonly lines: number;
  /** Views of an item that an hour (milliseconds since 1970 UTC) has on average, before any rise. */
  readonly views: (item: number, hour: number) => number;
  /** Orders for each view. */
  readonly conversion: number;
  /** How many times as much of an item there is on the day that is lived through. */
  readonly rise?: (item: number) => number;
  /** Variance of hours beyond chance, relative to the mean squared; 0 for Poisson. */
  readonly dispersion?: number;
  readonly seed: number;
  /** By whose clocks people shop; UTC's, when nothing is said. */
  readonly timezone?: string;
  /** Beginning of the day that is lived through, milliseconds since 1970 UTC. */
  readonly day?: number;
}

/** An alarm of a look. */
export interface SimulatedAlarm extends Raised {
  readonly hour: number;
}

/** Of each item, what an hour has: on average, or counted. */
type ItemsOfHour = readonly HourCounts[];

const DAY = Date.UTC(2026, 10, 21);
const LOOK_MILLISECONDS = 5 * 60_000;
const FIRST_LOOK_MILLISECONDS = 7 * 60_000;
const LOOKS_OF_HOUR = 12;

function meansOf(shop: SimulatedShop, hour: number, rise: (item: number) => number, random: () => number): ItemsOfHour {
  const { items, views, conversion, dispersion = 0 } = shop;
  const luck = (): number => (dispersion === 0 ? 1 : gammaAroundOne(1 / dispersion, random));
  return Array.from({ length: items }, (_, item) => {
    const mean = views(item, hour) * rise(item);
    return { hour, views: mean * luck(), purchases: mean * conversion * luck() };
  });
}

function drawn(means: ItemsOfHour, share: number, random: () => number): ItemsOfHour {
  return means.map(({ hour, views, purchases }) => ({
    hour,
    views: poisson(views * share, random),
    purchases: poisson(purchases * share, random),
  }));
}

function added(some: ItemsOfHour, more: ItemsOfHour): ItemsOfHour {
  return some.map(({ hour, views, purchases }, item) => ({
    hour,
    views: views + (more[item]?.views ?? 0),
    purchases: purchases + (more[item]?.purchases ?? 0),
  }));
}

function linesOf({ lines }: SimulatedShop, items: ItemsOfHour): LineHour[] {
  const sums = Array.from({ length: lines }, () => ({ views: 0, purchases: 0 }));
  items.forEach(({ views, purchases }, item) => {
    const sum = sums[item % lines];
    if (sum === undefined) return;
    sum.views += views;
    sum.purchases += purchases;
  });
  const hour = items[0]?.hour ?? 0;
  return sums.map((sum, line) => ({ ...sum, line: String(line), hour, doings: sum.views + sum.purchases }));
}

function itemsByLine({ items, lines }: SimulatedShop): ItemsByLine {
  return Object.fromEntries(Array.from({ length: lines }, (_, line) => [String(line), items / lines]));
}

/** As the reader of counters does: whoever has too few counts for an alarm is left out. */
function raisable({ lines }: SimulatedShop, now: ItemsOfHour, past: readonly ItemsOfHour[]): CountedItem[] {
  return now.flatMap((counts, item) => {
    if (counts.views < SPIKE_COUNT_MIN && counts.purchases < SPIKE_COUNT_MIN) return [];
    const hours = [counts, ...past.map((hour) => hour[item] ?? counts)];
    return [{ itemId: String(item), line: String(item % lines), byHour: new Map(hours.map((one) => [one.hour, one])) }];
  });
}

function simulateHour(shop: SimulatedShop, hour: number, random: () => number): readonly SimulatedAlarm[] {
  const hours = baselineHours(hour, shop.timezone ?? "UTC", () => true);
  if (hours === null) throw new Error("Every hour was counted.");
  const past = [...hours.same, ...hours.beside].map((one) =>
    drawn(
      meansOf(shop, one, () => 1, random),
      1,
      random,
    ),
  );
  const pastLines = past.flatMap((items) => linesOf(shop, items));
  const means = meansOf(shop, hour, shop.rise ?? (() => 1), random);
  const alarms: SimulatedAlarm[] = [];
  let now = drawn(means, 0, random);
  let counted = 0;
  for (let n = 0; n < LOOKS_OF_HOUR; n++) {
    const look = lookedAt(hour + FIRST_LOOK_MILLISECONDS + n * LOOK_MILLISECONDS);
    now = added(now, drawn(means, look.share - counted, random));
    counted = look.share;
    const baseline = {
      hours,
      counted: new CountedHours([...linesOf(shop, now), ...pastLines]),
      itemsByLine: itemsByLine(shop),
    };
    const raised = raisedSeries(composeLook(baseline, look, raisable(shop, now, past)));
    for (const one of raised) if (one.alarms) alarms.push({ ...one, hour });
  }
  return alarms;
}

/**
 * Lives through a day with a look every five minutes, each at what the hour has come to, after five weeks of the past.
 * @param hours of the day
 * @returns every alarm of every look
 */
export function simulateDay(shop: SimulatedShop, hours = 24): readonly SimulatedAlarm[] {
  const random = seeded(shop.seed);
  const { day = DAY } = shop;
  return Array.from({ length: hours }, (_, n) => simulateHour(shop, day + n * HOUR_MILLISECONDS, random)).flat();
}
