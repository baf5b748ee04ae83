import { SLOW_ANSWER_MILLISECONDS } from "../analytics/limits.ts";
import { foundOrMade } from "../found-or-made.ts";
import { hourBeginning } from "../lake/lake-keys.ts";
import type { ServedMessage } from "./served-message.ts";

/** Answers given in an hour. */
export interface ServedHourCounts {
  /** Beginning of the hour, milliseconds since 1970 UTC. */
  readonly hour: number;
  answers: number;
  items: number;
  /** Answers of which a stage was left out. */
  degraded: number;
  /** Answers later than the objective. */
  slow: number;
  /** Answers that isolates could not send, in the hour in which they said so. */
  lost: number;
}

/** Answers of an hour of which a stage was left out, by what the answer called it. */
export interface DegradedCounts {
  readonly hour: number;
  readonly reason: string;
  answers: number;
}

/** Items answered in an hour, by what answered them. */
export interface ServedItemCounts {
  readonly hour: number;
  readonly placement: string;
  readonly strategy: string;
  /** Empty where there was no model. */
  readonly model_version: string;
  /** Empty outside experiments. */
  readonly arm: string;
  served: number;
}

/** What some messages come to. */
export interface ServedCounts {
  readonly hours: readonly ServedHourCounts[];
  readonly reasons: readonly DegradedCounts[];
  readonly items: readonly ServedItemCounts[];
}

/**
 * Counts what some messages hold, under the hour of each answer.
 * @param now milliseconds since 1970 UTC: what was lost is counted then, since nobody knows when that was
 */
export function countServed(messages: readonly ServedMessage[], now: number): ServedCounts {
  const hours = new Map<string, ServedHourCounts>();
  const reasons = new Map<string, DegradedCounts>();
  const items = new Map<string, ServedItemCounts>();
  const hourOf = (hour: number): ServedHourCounts =>
    foundOrMade(hours, String(hour), () => ({ hour, answers: 0, items: 0, degraded: 0, slow: 0, lost: 0 }));
  for (const { answers, lost } of messages) {
    if (lost > 0) hourOf(hourBeginning(now)).lost += lost;
    for (const { at, placement, model_version, arm, degraded, latency_ms, shelves } of answers) {
      const hour = hourBeginning(at);
      const sum = hourOf(hour);
      sum.answers += 1;
      if (degraded.length > 0) sum.degraded += 1;
      if (latency_ms > SLOW_ANSWER_MILLISECONDS) sum.slow += 1;
      for (const reason of new Set(degraded)) {
        foundOrMade(reasons, `${hour} ${reason}`, () => ({ hour, reason, answers: 0 })).answers += 1;
      }
      for (const { strategy, items: ids } of shelves) {
        sum.items += ids.length;
        const facts = { hour, placement, strategy, model_version: model_version ?? "", arm: arm ?? "" };
        foundOrMade(items, JSON.stringify(Object.values(facts)), () => ({ ...facts, served: 0 })).served += ids.length;
      }
    }
  }
  return { hours: [...hours.values()], reasons: [...reasons.values()], items: [...items.values()] };
}
