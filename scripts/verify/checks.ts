import type { Replayed } from "./replay.ts";

/** What every answer must hold. */
const PERSONAL_ITEMS_MIN = 5;
const P99_MAX_MILLISECONDS = 1_000;

/** What is wrong with one replayed session's answer; empty when nothing is. */
export function problemsOf({ session, answer }: Replayed, outOfStock: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const items = answer.shelves.flatMap((shelf) => shelf.items);
  const count = (strategy: string, codes: readonly string[]): number =>
    answer.shelves
      .filter((shelf) => shelf.strategy === strategy)
      .flatMap((shelf) => shelf.items)
      .filter((item) => codes.includes(item.reason.code)).length;
  const profile = count("profile", ["profile"]);
  const similar = count("similar", ["viewed"]);
  if (profile < PERSONAL_ITEMS_MIN) problems.push(`only ${profile} profile items`);
  if (similar < PERSONAL_ITEMS_MIN) problems.push(`only ${similar} similar items`);
  if (answer.degraded !== null) problems.push(`degraded: ${answer.degraded.join(", ")}`);
  const browsed = new Set(session.browse_history.map((entry) => entry.product_code));
  for (const { item_id: itemId } of items) {
    if (browsed.has(itemId)) problems.push(`${itemId} was just browsed`);
    if (outOfStock.has(itemId)) problems.push(`${itemId} is out of stock`);
  }
  if (new Set(items.map((item) => item.item_id)).size !== items.length) problems.push("an item stands twice");
  return problems;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Times as their caller saw them, in milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
}

/** The distribution of the answers' times. */
export function timesOf(replayed: readonly Replayed[]): Times {
  const sorted = replayed.map((one) => one.milliseconds).sort((a, b) => a - b);
  return { p50: at(sorted, 0.5), p90: at(sorted, 0.9), p99: at(sorted, 0.99), most: at(sorted, 1) };
}

/** True when the slowest answers are fast enough. */
export function isFastEnough(times: Times): boolean {
  return times.p99 < P99_MAX_MILLISECONDS;
}

/** How many items each strategy brought, by the code of their reason. */
export function strategiesOf(replayed: readonly Replayed[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { answer } of replayed) {
    for (const shelf of answer.shelves) {
      for (const item of shelf.items) {
        const key = `${shelf.strategy} / ${item.reason.code}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return counts;
}
