import { CommandError } from "../command.ts";
import type { ApiClient } from "../runtime/api-client.ts";
import type { FailedUser } from "./batch-answer.ts";
import { type Asked, askUsers, type ListRequest } from "./ask-users.ts";
import type { ListFile } from "./list-file.ts";
import { rowsOf } from "./rows.ts";

/** The most users that the API takes in one call. */
const USERS_PER_CALL = 100;
/** Calls under way at once: the next answers are made while one is written. */
const CALLS_AT_ONCE = 3;

/** What came of a list. */
export interface ListOutcome {
  /** Users who were written now, and their lines. */
  readonly written: number;
  readonly rows: number;
  /** Users of whom the list has nothing, and why. */
  readonly missing: readonly FailedUser[];
}

function* callsOf(users: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < users.length; from += USERS_PER_CALL) yield users.slice(from, from + USERS_PER_CALL);
}

/** An answer with no items leaves nothing to write: a filter that is too narrow, or a shop with nothing to sell. */
function withoutItems(userId: string): FailedUser {
  return { user_id: userId, error: { code: "no_items", message: "No item is left for this user." } };
}

/**
 * Asks for users a hundred at a time and writes them in their order.
 * @param onProgress is told how many users are done, written or not
 * @throws CommandError when the deployment refuses or stays away; who was written by then stays written
 */
export async function recommendUsers(
  api: ApiClient,
  request: ListRequest,
  users: readonly string[],
  list: ListFile,
  onProgress: (done: number) => void,
): Promise<ListOutcome> {
  const missing: FailedUser[] = [];
  let written = 0;
  let rows = 0;
  const write = async ({ answered, failed }: Asked): Promise<void> => {
    missing.push(...failed);
    for (const user of answered) {
      const lines = rowsOf(user);
      if (lines.length === 0) missing.push(withoutItems(user.user_id));
      else {
        await list.append(lines);
        written++;
        rows += lines.length;
      }
    }
    onProgress(written + missing.length);
  };

  const calls = callsOf(users);
  const underWay: Promise<Asked>[] = [];
  const askNext = (): boolean => {
    const { value, done } = calls.next();
    if (done === true) return false;
    const asked = askUsers(api, request, value);
    // Whoever awaits it hears of a failure; until then it only must not count as unhandled.
    asked.catch(() => undefined);
    underWay.push(asked);
    return true;
  };
  try {
    // The first one alone: what is refused once would be refused several times.
    askNext();
    for (let next = underWay.shift(); next !== undefined; next = underWay.shift()) {
      const asked = await next;
      while (underWay.length < CALLS_AT_ONCE && askNext());
      await write(asked);
    }
  } catch (error) {
    await Promise.allSettled(underWay);
    if (!(error instanceof CommandError) || written === 0) throw error;
    throw new CommandError(`${error.message} ${written} users were written: the same command goes on behind them.`);
  }
  return { written, rows, missing };
}
