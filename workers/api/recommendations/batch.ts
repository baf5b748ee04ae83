import { logger, messageOf } from "../../../platform/logger.ts";
import type { Call } from "../call.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import type { BatchRequest } from "./batch-request.ts";
import { type Answer, answer, type Answered, followUp } from "./recommend.ts";
import { chooseTexts } from "./texts.ts";

/** Users of a batch that are answered at once: each asks one session, and one that is new the vector index too. */
const USERS_AT_ONCE = 6;

/** Nobody's page waits for a batch, and without its session an answer would not know what the user refused. */
const BATCH_SESSION_DEADLINE_MILLISECONDS = 3_000;

/** What an answer lacks that must not be sent to somebody as theirs: a later call can have it. */
const REFUSED_STAGES: ReadonlySet<string> = new Set(["session_timeout", "session_error", "no_catalogue"]);

/** Why a user of a batch has no answer. */
export interface UserFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What came of one user of a batch. */
export type BatchResult =
  | ({ readonly user_id: string } & Answer)
  | { readonly user_id: string; readonly error: UserFailure };

function failureOf(thrown: unknown, { requestId }: Call): UserFailure {
  if (thrown instanceof ApiError) return { code: thrown.code, message: thrown.message };
  logger.error("batch_user_failed", { requestId, message: messageOf(thrown) });
  return { code: "internal_error", message: "Something went wrong on our side for this user. Ask for them again." };
}

/** The one answer of a user's request. @throws ApiError when it was made without what it must be made from */
function wholeAnswer({ answers: [whole] }: Answered): Answer {
  const lacks = whole?.degraded?.find((stage) => REFUSED_STAGES.has(stage));
  if (whole !== undefined && lacks === undefined) return whole;
  if (lacks === "no_catalogue") {
    throw new ApiError("not_ready", "There is no catalogue to answer from yet: sync first, then ask again.");
  }
  throw new ApiError("temporarily_unavailable", "This user's session could not be asked. Ask for them again.");
}

async function answerUser(call: Call, { request }: BatchRequest, userId: string): Promise<BatchResult> {
  const startedAt = Date.now();
  try {
    const answered = await answer(
      {
        ...call,
        sessionDeadlineMilliseconds: BATCH_SESSION_DEADLINE_MILLISECONDS,
        texts: chooseTexts(request.locale),
      },
      { ...request, user_id: userId },
    );
    const whole = wholeAnswer(answered);
    followUp(call, { ...answered, ranked: null }, startedAt);
    return { user_id: userId, ...whole };
  } catch (error) {
    return { user_id: userId, error: failureOf(error, call) };
  }
}

/**
 * The answers of a batch, in the order of its users: the same as each of them would get on a page, and saved as served
 * like those. A user who cannot be answered has an error and costs the others nothing. No shadow model is compared: it
 * follows one answer at a time, and would count the rest of the batch as dropped.
 */
export async function answerBatch(call: Call, batch: BatchRequest): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  const waiting = batch.users.entries();
  const takeOn = async (): Promise<void> => {
    // One iterator for all: each user is taken once.
    for (const [position, userId] of waiting) results[position] = await answerUser(call, batch, userId);
  };
  await Promise.all(Array.from({ length: USERS_AT_ONCE }, takeOn));
  return results;
}
