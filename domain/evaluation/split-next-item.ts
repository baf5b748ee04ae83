import { inOrder, rowsByUser } from "./rows-by-user.ts";
import type { EvaluationRow, Split } from "./split.ts";

/**
 * The session that a row belongs to. In a file without sessions a user's rows are one; in a file with sessions a row
 * that names none is one by itself.
 */
export function sessionKey(row: EvaluationRow, hasSessions: boolean): unknown {
  if (!hasSessions) return null;
  return row.sessionId ?? row;
}

/** Whether a file names sessions. */
export function namesSessions(rows: readonly EvaluationRow[]): boolean {
  return rows.some((row) => row.sessionId !== null);
}

/**
 * The place of the row to be held out: the last one that is not the first of its session, and whose item is in none of
 * the user's earlier rows (what the user had is never ranked). −1 where there is none.
 */
function placeOfNext(rows: readonly EvaluationRow[], hasSessions: boolean): number {
  const seen = new Set<string>();
  const begun = new Set<unknown>();
  let found = -1;
  rows.forEach((row, place) => {
    const session = sessionKey(row, hasSessions);
    if (begun.has(session) && !seen.has(row.itemId)) found = place;
    begun.add(session);
    seen.add(row.itemId);
  });
  return found;
}

/**
 * `next-item`: of each user one row is held out, the last that brought something new in the course of a session (see
 * {@link placeOfNext}). The user's rows after it are dropped; the earlier rows of its session are the present session;
 * all others before it are the past. Users without such a row stay in training. A user's rows go by time, or by the
 * file's order where one of them has no time.
 */
export function splitNextItem(rows: readonly EvaluationRow[]): Split {
  const hasSessions = namesSessions(rows);
  const train: EvaluationRow[] = [];
  const test: EvaluationRow[] = [];
  const sessions = new Map<string, readonly EvaluationRow[]>();
  for (const [userId, unordered] of rowsByUser(rows)) {
    const own = inOrder(unordered);
    const place = placeOfNext(own, hasSessions);
    const next = own[place];
    const earlier = next === undefined ? own : own.slice(0, place);
    for (const row of earlier) train.push(row);
    if (next === undefined) continue;
    test.push(next);
    const session = sessionKey(next, hasSessions);
    sessions.set(
      userId,
      earlier.filter((row) => sessionKey(row, hasSessions) === session),
    );
  }
  return { train, test, sessions, newItems: false };
}
