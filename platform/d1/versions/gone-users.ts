import { textCell } from "./cells.ts";

const MARK = `SELECT
    (SELECT count(*) || ' ' || coalesce(max(erased_at), 0) FROM erased_users) || ' ' ||
    (SELECT count(*) || ' ' || coalesce(sum(changed_run), 0) FROM users WHERE deleted_at IS NOT NULL)`;

/**
 * A text that is another one when a user was erased or deleted since it was read. It goes by what is there, not by times:
 * who erases or deletes has another clock than who asks.
 */
export async function goneUsersMark(db: D1Database): Promise<string> {
  const [row] = await db.prepare(MARK).raw();
  return textCell(row?.[0]);
}
