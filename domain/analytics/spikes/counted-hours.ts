import type { Signal } from "./judge.ts";

/** What was counted in an hour. */
export interface HourCounts {
  /** Beginning of the hour, milliseconds since 1970 UTC. */
  readonly hour: number;
  readonly views: number;
  /** Orders that hold the item; of a line, of each of its items. */
  readonly purchases: number;
}

/** What was counted of a line in an hour. */
export interface LineHour extends HourCounts {
  readonly line: string;
  /** Whatever shoppers did, of any kind. */
  readonly doings: number;
}

/** How much of a signal there is. */
export function countOf(counts: HourCounts | undefined, signal: Signal): number {
  if (counts === undefined) return 0;
  return signal === "interest" ? counts.views : counts.purchases;
}

/** What was counted by hour. */
export type ByHour = ReadonlyMap<number, HourCounts>;

/** What a shop counted in some hours: of each line, and of all of them. */
export class CountedHours {
  readonly #lines = new Map<string, Map<number, LineHour>>();
  readonly #shop = new Map<number, LineHour>();

  constructor(counted: readonly LineHour[]) {
    for (const one of counted) {
      const { line, hour, views, purchases, doings } = one;
      const hours = this.#lines.get(line) ?? new Map<number, LineHour>();
      this.#lines.set(line, hours.set(hour, one));
      const all = this.#shop.get(hour) ?? { line: "", hour, views: 0, purchases: 0, doings: 0 };
      this.#shop.set(hour, {
        ...all,
        views: all.views + views,
        purchases: all.purchases + purchases,
        doings: all.doings + doings,
      });
    }
  }

  /** False for an hour that is missing: nobody in the whole shop did anything. */
  wasCounted(hour: number): boolean {
    return (this.#shop.get(hour)?.doings ?? 0) > 0;
  }

  get lines(): readonly string[] {
    return [...this.#lines.keys()];
  }

  line(line: string): ByHour {
    return this.#lines.get(line) ?? new Map();
  }

  get shop(): ByHour {
    return this.#shop;
  }
}
