import { shortRecommendationId } from "../attribution/recommendation-id.ts";
import type { Shelf } from "../ranking/rank.ts";
import type { ServedAnswer } from "./served-message.ts";

/** An answer as it was given. Kept as it is, since nothing may be done with it before it has left. */
export interface GivenAnswer {
  readonly recommendation_id: string;
  readonly placement: string;
  readonly model_version: string | null;
  readonly degraded: readonly string[] | null;
  readonly shelves: readonly Shelf[];
}

/** The answers of one request. */
export interface GivenAnswers {
  readonly answers: readonly GivenAnswer[];
  /** See {@link ServedAnswer}. */
  readonly shopper: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly latencyMilliseconds: number;
}

/** Without the end that only repeats the last one: a third of a message. */
function withoutRepeats(reasons: readonly string[]): string[] {
  const last = reasons.at(-1);
  let length = reasons.length;
  while (length > 1 && reasons[length - 2] === last) length--;
  return reasons.slice(0, length);
}

/** What is saved of a request's answers. */
export function describeGiven({ answers, shopper, at, latencyMilliseconds }: GivenAnswers): ServedAnswer[] {
  return answers.map((answer) => ({
    recommendation_id: shortRecommendationId(answer.recommendation_id),
    at,
    shopper,
    placement: answer.placement,
    model_version: answer.model_version,
    arm: null,
    degraded: [...(answer.degraded ?? [])],
    latency_ms: latencyMilliseconds,
    shelves: answer.shelves.map(({ strategy, items }) => ({
      strategy,
      items: items.map((entry) => entry.item_id),
      scores: items.map((entry) => entry.score),
      reasons: withoutRepeats(items.map((entry) => entry.reason.code)),
    })),
  }));
}
