import { besideHours, type PastCounts } from "../../../domain/analytics/spikes/expectation.ts";
import {
  raisedSeries,
  type Raised,
  type Series,
  type Signal,
  SIGNALS,
} from "../../../domain/analytics/spikes/judge.ts";
import { BASELINE_WEEKS } from "../../../domain/analytics/spikes/limits.ts";

/** Numbers in [0, 1) that are the same for the same seed (mulberry32, by Tommy Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box & Muller, 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A Poisson count: by multiplication (Knuth) in parts that do not underflow. */
export function poisson(mean: number, random: () => number): number {
  const part = 30;
  let count = 0;
  for (let left = mean; left > 0; left -= part) {
    const limit = Math.exp(-Math.min(left, part));
    for (let product = random(); product > limit; product *= random()) count += 1;
  }
  return count;
}

/** A gamma number of mean 1 (Marsaglia & Tsang, "A simple method for generating gamma variables", 2000). */
export function gammaAroundOne(shape: number, random: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}

/** A shop of series: hours of a day and the five weeks before, look by look. */
export interface SimulatedShop {
  readonly items: number;
  readonly lines: number;
  /** Counts an hour that are the truth, before any rise. */
  readonly rate: (item: number, signal: Signal, hourOfWeek: number) => number;
  /** How many times as much there is. */
  readonly rise?: (item: number, hourOfDay: number) => number;
  /** Variance beyond chance, relative to the mean squared; 0 for Poisson. */
  readonly dispersion?: number;
  readonly seed: number;
}

const HOURS_OF_DAY = 24;
const LOOKS_OF_HOUR = 12;
const DELAY_OF_LOOK = 0.1;

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function added(all: readonly PastCounts[]): PastCounts {
  const [first] = all;
  return {
    same: (first?.same ?? []).map((_, week) => sum(all.map(({ same }) => same[week] ?? 0))),
    beside: sum(all.map(({ beside }) => beside)),
  };
}

/** An alarm of the simulated day. */
export interface SimulatedAlarm extends Raised {
  readonly hourOfDay: number;
}

/**
 * Lives through a day with a look every five minutes.
 * @param hours which hours of the day
 * @returns every alarm of every look
 */
export function simulateDay(shop: SimulatedShop, hours = HOURS_OF_DAY): readonly SimulatedAlarm[] {
  const random = seeded(shop.seed);
  const dispersion = shop.dispersion ?? 0;
  const hourRate = (mean: number): number => mean * (dispersion === 0 ? 1 : gammaAroundOne(1 / dispersion, random));
  const alarms: SimulatedAlarm[] = [];
  for (let hourOfDay = 0; hourOfDay < hours; hourOfDay++) {
    const pastOf = (item: number, signal: Signal): PastCounts => {
      const count = (hour: number): number => poisson(hourRate(shop.rate(item, signal, hour)), random);
      const same = Array.from({ length: BASELINE_WEEKS }, () => count(hourOfDay));
      const beside = Array.from({ length: BASELINE_WEEKS }, () => count(hourOfDay - 1) + count(hourOfDay + 1));
      return { same, beside: sum(beside) };
    };
    const lookCounts = new Map<string, number>();
    const series: (Omit<Series, "observed"> & { rateNow: number })[] = [];
    for (const signal of SIGNALS) {
      const lines = Array.from({ length: shop.lines }, (): PastCounts[] => []);
      const pasts = Array.from({ length: shop.items }, (_, item) => pastOf(item, signal));
      pasts.forEach((past, item) => lines[item % shop.lines]?.push(past));
      const linePasts = lines.map(added);
      const shopPast = added(linePasts);
      const beside = besideHours(shopPast);
      const lineMeans = linePasts.map((past) => sum(past.same) / BASELINE_WEEKS);
      pasts.forEach((past, item) => {
        const rateNow = hourRate(shop.rate(item, signal, hourOfDay)) * (shop.rise?.(item, hourOfDay) ?? 1);
        const priorMean = (lineMeans[item % shop.lines] ?? 0) / (shop.items / shop.lines);
        series.push({ scope: "item", subject: String(item), signal, past, besideHours: beside, priorMean, rateNow });
      });
      linePasts.forEach((past, line) => {
        const priorMean = sum(lineMeans) / shop.lines;
        series.push({ scope: "line", subject: String(line), signal, past, besideHours: beside, priorMean, rateNow: 0 });
      });
    }
    // The first look of an hour is about the hour before, as a whole.
    for (let look = 1; look <= LOOKS_OF_HOUR; look++) {
      const elapsed = look === LOOKS_OF_HOUR ? LOOKS_OF_HOUR : look + 0.4 - DELAY_OF_LOOK;
      const before = look === 1 ? 0 : look - 0.6 - DELAY_OF_LOOK;
      for (const { scope, subject, signal, rateNow } of series) {
        if (scope !== "item") continue;
        const key = `${signal} ${subject}`;
        const more = poisson((rateNow * (elapsed - before)) / LOOKS_OF_HOUR, random);
        lookCounts.set(key, (lookCounts.get(key) ?? 0) + more);
        if (look === 1 && !lookCounts.has(key)) lookCounts.set(key, 0);
      }
      const lineCounts = new Map<string, number>();
      for (const { scope, subject, signal } of series) {
        if (scope !== "item") continue;
        const line = `${signal} ${Number(subject) % shop.lines}`;
        lineCounts.set(line, (lineCounts.get(line) ?? 0) + (lookCounts.get(`${signal} ${subject}`) ?? 0));
      }
      const observed = series.map((one): Series => ({
        ...one,
        observed: (one.scope === "item" ? lookCounts : lineCounts).get(`${one.signal} ${one.subject}`) ?? 0,
      }));
      // As the reader of counters does: whoever has too few counts for an alarm is not read.
      const candidates = observed.filter((one) => one.scope === "line" || one.observed >= 8);
      const raised = raisedSeries({ share: elapsed / LOOKS_OF_HOUR, series: candidates, questions: series.length });
      for (const one of raised) if (one.alarms) alarms.push({ ...one, hourOfDay });
    }
  }
  return alarms;
}
