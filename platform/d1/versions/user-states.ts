import type { UserRecord } from "../../../domain/catalogue/records.ts";
import type { History, UserState } from "../../../domain/exports/history.ts";
import { featuresCell, textCell, textOrNullCell, truthCell } from "./cells.ts";
import { collectHistories } from "./collect-histories.ts";
import { idParts } from "./id-parts.ts";

/** What is known of some users. One who is in neither is not known at all. */
export interface UserHistories {
  readonly histories: Map<string, History<UserState>>;
  /** Users whom the source no longer has, or who were erased: nothing of them is told, whatever the time. */
  readonly gone: Set<string>;
}

/** A page of users; `next` is where the next one begins, null after the last. */
export interface UsersPage {
  readonly users: UserRecord[];
  readonly next: string | null;
}

// One statement, and so one moment: a change between two would be in neither the rows nor the versions.
const HISTORIES = `
  SELECT t.user_id, NULL, t.deleted_at IS NULL, t.country, t.features
  FROM json_each(?1) AS k CROSS JOIN users AS t ON t.user_id = k.value
  UNION ALL
  SELECT v.user_id, v.until, v.existed, v.country, v.features
  FROM json_each(?1) AS k CROSS JOIN user_versions AS v ON v.user_id = k.value`;

const PAGE = `
  SELECT t.user_id, coalesce(v.existed, 1), iif(v.until IS NULL, t.country, v.country), iif(v.until IS NULL, t.features, v.features)
  FROM (SELECT user_id, country, features FROM users WHERE deleted_at IS NULL AND user_id > ?1 ORDER BY user_id LIMIT ?2) AS t
  LEFT JOIN user_versions AS v ON v.user_id = t.user_id
    AND v.until = (SELECT min(until) FROM user_versions WHERE user_id = t.user_id AND until > ?3)
  ORDER BY t.user_id`;

function userState([country, features]: readonly unknown[]): UserState {
  return { country: textOrNullCell(country), features: featuresCell(features) };
}

/**
 * What some users were up to a time.
 * @param asOf milliseconds since 1970 UTC
 */
export async function readUserHistories(
  db: D1Database,
  userIds: readonly string[],
  asOf: number,
): Promise<UserHistories> {
  const histories = new Map<string, History<UserState>>();
  const gone = new Set<string>();
  for (const part of idParts(userIds)) {
    const rows = await db.prepare(HISTORIES).bind(part).raw();
    for (const [userId, { current, history }] of collectHistories(rows, userState, asOf)) {
      if (current === null) gone.add(userId);
      else histories.set(userId, history);
    }
  }
  return { histories, gone };
}

/**
 * Users who were there at a time and are not deleted since, as they were then.
 * @param after the `next` of the page before, null for the first
 * @param rows how many users the page looks at: it has fewer where some came later
 * @param asOf milliseconds since 1970 UTC
 */
export async function readUsersPage(
  db: D1Database,
  after: string | null,
  rows: number,
  asOf: number,
): Promise<UsersPage> {
  const found = await db
    .prepare(PAGE)
    .bind(after ?? "", rows, asOf)
    .raw();
  const users: UserRecord[] = [];
  for (const [id, existed, ...values] of found) {
    if (truthCell(existed)) users.push({ userId: textCell(id), ...userState(values) });
  }
  return { users, next: found.length < rows ? null : textCell(found.at(-1)?.[0]) };
}
