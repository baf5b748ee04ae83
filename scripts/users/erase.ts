import { setTimeout } from "node:timers/promises";

import { CommandError } from "../command.ts";
import type { ApiClient } from "../runtime/api-client.ts";
import { type ErasureAnswer, erasureBegunSchema, erasureSchema } from "./erasure-answer.ts";

const POLL_MILLISECONDS = 500;
/** Longer than this nobody waits at a terminal: it goes on by itself. */
const WAIT_MAX_MILLISECONDS = 30 * 60 * 1000;

/**
 * Starts an erasure, and follows it to its end, or until it waits for the newest hours of the lake.
 * @param onWait told with each look
 * @throws CommandError when it failed, or takes longer than half an hour
 */
export async function eraseUser(
  api: ApiClient,
  userId: string,
  onWait: (answer: ErasureAnswer) => void,
): Promise<ErasureAnswer> {
  const path = `/v1/users/${encodeURIComponent(userId)}`;
  erasureBegunSchema.parse(await api.request("DELETE", path));
  for (let waited = 0; waited < WAIT_MAX_MILLISECONDS; waited += POLL_MILLISECONDS) {
    const answer = erasureSchema.parse(await api.request("GET", `${path}/erasure`));
    if (answer.state === "failed")
      throw new CommandError(`The erasure failed: ${answer.error ?? "no reason was given"}`);
    if (answer.state === "complete" || answer.waiting_until !== null) return answer;
    onWait(answer);
    await setTimeout(POLL_MILLISECONDS);
  }
  throw new CommandError(
    "The erasure is still at work, and goes on by itself: `endcap users erasure ID` says how it is.",
  );
}
