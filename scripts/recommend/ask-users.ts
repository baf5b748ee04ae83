import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../command.ts";
import { type ApiClient, ApiRefusal } from "../runtime/api-client.ts";
import { type AnsweredUser, batchAnswerSchema, type FailedUser } from "./batch-answer.ts";

/** What is asked for every user of a list. */
export interface ListRequest {
  readonly placement: string;
  readonly limit: number | undefined;
  readonly locale: string | undefined;
  readonly filter: string | undefined;
  /** Ids, comma-separated. */
  readonly exclude: string | undefined;
}

/** What a call came to: who was answered, who was not. */
export interface Asked {
  readonly answered: readonly AnsweredUser[];
  readonly failed: readonly FailedUser[];
}

/** A call, or users of it, that could not be answered are asked for again after these waits; then not any more. */
const PAUSES_MILLISECONDS: readonly number[] = [500, 3_000];

/** What may be otherwise a moment later. */
const PASSING_CODES: ReadonlySet<string> = new Set(["temporarily_unavailable", "internal_error"]);

function isPassing(error: unknown): error is CommandError {
  return error instanceof ApiRefusal ? error.status >= 500 || error.status === 429 : error instanceof CommandError;
}

async function call(api: ApiClient, request: ListRequest, users: readonly string[]): Promise<Asked> {
  const answer = batchAnswerSchema.safeParse(
    await api.request("POST", "/v1/recommendations/batch", { ...request, users }),
  );
  if (!answer.success) throw new CommandError("The deployment's answer is not what this version understands.");
  const { results } = answer.data;
  return {
    answered: results.filter((result) => "shelves" in result),
    failed: results.filter((result) => "error" in result),
  };
}

/**
 * Asks for up to 100 users; those whose answer failed for a passing reason are asked for again.
 * @throws CommandError when the call itself is refused, or fails again and again
 */
export async function askUsers(api: ApiClient, request: ListRequest, users: readonly string[]): Promise<Asked> {
  const answered: AnsweredUser[] = [];
  const failed: FailedUser[] = [];
  let waiting = users;
  for (const pause of [...PAUSES_MILLISECONDS, null]) {
    try {
      const asked = await call(api, request, waiting);
      answered.push(...asked.answered);
      const again = pause === null ? [] : asked.failed.filter(({ error }) => PASSING_CODES.has(error.code));
      failed.push(...asked.failed.filter((user) => !again.includes(user)));
      waiting = again.map(({ user_id }) => user_id);
    } catch (error) {
      if (pause === null || !isPassing(error)) throw error;
    }
    if (waiting.length === 0 || pause === null) break;
    await sleep(pause);
  }
  // As they were asked for, whichever attempt brought them.
  const place = new Map(users.map((user, position) => [user, position]));
  const byPlace = (one: { user_id: string }, other: { user_id: string }): number =>
    (place.get(one.user_id) ?? 0) - (place.get(other.user_id) ?? 0);
  return { answered: answered.toSorted(byPlace), failed: failed.toSorted(byPlace) };
}
