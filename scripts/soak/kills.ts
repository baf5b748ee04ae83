import { setTimeout as sleep } from "node:timers/promises";

import { createRandom } from "../random.ts";
import { KILL_DELAY_MAX_MILLISECONDS } from "./limits.ts";

/** Kills come between these shares of all events, so that each meets a load. */
const FIRST_SHARE = 0.05;
const LAST_SHARE = 0.9;

/** A kill: after so many events, and then a moment later. */
interface PlannedKill {
  readonly afterEvents: number;
  readonly delayMilliseconds: number;
}

/** The moments of `count` kills among `events` events, drawn from a seed, in order. */
export function planKills(events: number, count: number, seed: number): PlannedKill[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    afterEvents: Math.floor((FIRST_SHARE + random() * (LAST_SHARE - FIRST_SHARE)) * events),
    delayMilliseconds: random() * KILL_DELAY_MAX_MILLISECONDS,
  })).toSorted((left, right) => left.afterEvents - right.afterEvents);
}

/** What the kills met. */
export interface KillCounts {
  readonly kills: number;
  /** Kills that came while requests waited for their answer. */
  readonly underLoad: number;
}

/** Kills at the planned moments, one after the other. */
export class Killer {
  readonly #plan: PlannedKill[];
  readonly #kill: () => Promise<void>;
  readonly #inFlight: () => number;
  readonly #counts = { kills: 0, underLoad: 0 };
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @param kill ends the runtime, and settles when it is up again */
  constructor(plan: readonly PlannedKill[], kill: () => Promise<void>, inFlight: () => number) {
    this.#plan = [...plan];
    this.#kill = kill;
    this.#inFlight = inFlight;
  }

  get counts(): KillCounts {
    return this.#counts;
  }

  /** So many events have been drawn: what is due by now is done, without anybody waiting for it. */
  reached(events: number): void {
    const [next] = this.#plan;
    if (next === undefined || next.afterEvents > events) return;
    this.#plan.shift();
    const before = this.#working;
    this.#working = this.#killAfter(before, next);
    // Whoever waits for it is told; until then it is nobody's unhandled failure.
    this.#working.catch(() => undefined);
  }

  async #killAfter(before: Promise<void>, { delayMilliseconds }: PlannedKill): Promise<void> {
    await before;
    await sleep(delayMilliseconds);
    if (this.#stopped) return;
    this.#counts.kills += 1;
    if (this.#inFlight() > 0) this.#counts.underLoad += 1;
    await this.#kill();
  }

  /** Settles when what has begun is done. @throws what a restart threw */
  async done(): Promise<void> {
    await this.#working;
  }

  /** Nothing more is killed. */
  stop(): void {
    this.#stopped = true;
  }
}
