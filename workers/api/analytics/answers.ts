import { SharedWork, type WaitUntil } from "../shared-work.ts";

/** So long an answer is given again; `cache-control` says so. */
export const ANSWER_SECONDS = 5;
/** An answer about weeks reads much, and changes little in this time. */
export const LONG_ANSWER_SECONDS = 15;
const SECOND_MILLISECONDS = 1_000;
/** D1 gives up a question after so long: asking it once more meanwhile would only make both slower. */
const D1_QUERY_MAX_MILLISECONDS = 30_000;
/** Answers that an isolate keeps, in characters: an isolate has 128 MB for everything. */
const KEPT_CHARACTERS_MAX = 8_000_000;

/** A report, ready to be sent. */
export interface Answer {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly nextCursor: string | null;
  /** So long it is given again; {@link ANSWER_SECONDS} unless it says so. */
  readonly keepSeconds?: number;
}

interface KeptAnswer {
  readonly answer: Answer;
  readonly computedAt: number;
}

// What this isolate answered within the last seconds, oldest first: a dashboard that many look at asks D1 once.
const kept = new Map<string, KeptAnswer>();
const computing = new SharedWork<Answer>(D1_QUERY_MAX_MILLISECONDS);

function isFresh({ answer, computedAt }: KeptAnswer, now: number): boolean {
  return now - computedAt < (answer.keepSeconds ?? ANSWER_SECONDS) * SECOND_MILLISECONDS;
}

function keep(question: string, entry: KeptAnswer): void {
  kept.delete(question);
  kept.set(question, entry);
  let characters = 0;
  // The newest are worth most: what is left when they have their place goes.
  for (const [key, { answer, computedAt }] of [...kept].reverse()) {
    characters += answer.body.length;
    if (characters > KEPT_CHARACTERS_MAX || !isFresh({ answer, computedAt }, entry.computedAt)) kept.delete(key);
  }
}

/**
 * The answer to a question: one of the last seconds, or one that is computed once for all who ask meanwhile.
 * @param question the same text for the same question
 * @param now milliseconds since 1970 UTC
 */
export function answerOnce(
  question: string,
  waitUntil: WaitUntil,
  now: number,
  compute: () => Promise<Answer>,
): Promise<Answer> {
  const known = kept.get(question);
  if (known !== undefined && isFresh(known, now)) return Promise.resolve(known.answer);
  return computing.run(question, waitUntil, now, async () => {
    const answer = await compute();
    keep(question, { answer, computedAt: now });
    return answer;
  });
}
