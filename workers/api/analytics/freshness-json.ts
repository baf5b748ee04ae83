import type { Context } from "hono";

import { type ApiEnv, waitUntilOf } from "../context.ts";
import { ANSWER_SECONDS, answerOnce } from "./answers.ts";

const JSON_HEADERS = { "content-type": "application/json" } as const;

/**
 * Answers with JSON that is computed at most every few seconds for all who ask the same.
 * @param question the same text for the same question
 */
export async function answerJson(
  context: Context<ApiEnv>,
  question: string,
  compute: (now: Date) => Promise<object>,
): Promise<Response> {
  const now = new Date();
  const answer = await answerOnce(question, waitUntilOf(context), now.getTime(), async () => ({
    body: JSON.stringify(await compute(now)),
    headers: JSON_HEADERS,
    nextCursor: null,
  }));
  return context.body(answer.body, 200, {
    ...answer.headers,
    "cache-control": `private, max-age=${ANSWER_SECONDS}`,
  });
}
