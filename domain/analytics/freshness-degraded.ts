/** An hour of fewer answers than this says too little of how answers are. */
export const DEGRADED_ANSWERS_MIN = 100;

/** Answers of an hour. */
export interface AnsweredHour {
  /** Its beginning, milliseconds since 1970 UTC. */
  readonly hour: number;
  readonly answers: number;
  readonly degraded: number;
  readonly slow: number;
  readonly lost: number;
}

/**
 * The hour that says how answers are: the present one once it has enough of them, else the one before if that has.
 * Without either, the present one.
 */
export function tellingHour(present: AnsweredHour, before: AnsweredHour): AnsweredHour {
  if (present.answers >= DEGRADED_ANSWERS_MIN || before.answers < DEGRADED_ANSWERS_MIN) return present;
  return before;
}

/** A share of answers; null without any. */
export function shareOf(part: number, answers: number): number | null {
  return answers === 0 ? null : part / answers;
}

/** How answers are against their objective; `unknown` of too few: then what was said before still stands. */
export function judgeAnswers(
  { answers, degraded }: AnsweredHour,
  objectiveShare: number,
): "met" | "breached" | "unknown" {
  if (answers < DEGRADED_ANSWERS_MIN) return "unknown";
  return degraded / answers > objectiveShare ? "breached" : "met";
}

const PERCENT = 100;

function percent(share: number): string {
  return `${(share * PERCENT).toFixed(1)} %`;
}

/** What people are told of a breach. @param reasons the most frequent first */
export function degradedSentence(
  { answers, degraded }: AnsweredHour,
  objectiveShare: number,
  reasons: readonly { readonly reason: string; readonly answers: number }[],
): string {
  const [most] = reasons;
  const why = most === undefined ? "" : ` The most frequent reason is \`${most.reason}\` (${most.answers}).`;
  return (
    `${percent(degraded / answers)} of ${answers} answers within the hour were made without all of their stages; at most ` +
    `${percent(objectiveShare)} are meant.${why} What each reason means and what to do: docs/api.md, degraded.`
  );
}
