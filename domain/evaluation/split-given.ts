import { inOrder, rowsByUser } from "./rows-by-user.ts";
import type { EvaluationRow, Protocol, Split } from "./split.ts";
import { namesSessions, sessionKey } from "./split-next-item.ts";

/** How a given test part is evaluated: by the rules of a protocol, or with what is given and nothing else. */
export type GivenProtocol = Protocol | "given";

/**
 * What a given test part asks for when its caller does not say: new items, if none of its items was ever had in
 * training and the items file tells of some of them.
 */
export function protocolOfTest(
  train: readonly EvaluationRow[],
  test: readonly EvaluationRow[],
  described: ReadonlySet<string>,
): "given" | "cold-items" {
  const known = new Set(train.map((row) => row.itemId));
  const isNew = test.every((row) => !known.has(row.itemId)) && test.some((row) => described.has(row.itemId));
  return isNew ? "cold-items" : "given";
}

/**
 * The present session of each user of the test part: the training rows of the session that the user's first test row
 * with rows there names, else of the session of their last training row.
 */
function presentSessions(
  train: readonly EvaluationRow[],
  test: readonly EvaluationRow[],
): Map<string, readonly EvaluationRow[]> {
  const hasSessions = namesSessions(train);
  const past = rowsByUser(train);
  const sessions = new Map<string, readonly EvaluationRow[]>();
  for (const [userId, asked] of rowsByUser(test)) {
    const own = inOrder(past.get(userId) ?? []);
    const last = own.at(-1);
    if (last === undefined) continue;
    const begun = new Set(own.map((row) => row.sessionId));
    const named = asked.find((row) => row.sessionId !== null && begun.has(row.sessionId));
    const session = sessionKey(named ?? last, hasSessions);
    sessions.set(
      userId,
      own.filter((row) => sessionKey(row, hasSessions) === session),
    );
  }
  return sessions;
}

/** A training and a test part as they were given, ranked by a protocol's rules; nothing is moved between them. */
export function splitGiven(
  train: readonly EvaluationRow[],
  test: readonly EvaluationRow[],
  protocol: GivenProtocol,
): Split {
  return {
    train,
    test,
    sessions: protocol === "next-item" ? presentSessions(train, test) : new Map(),
    newItems: protocol === "cold-items",
  };
}
