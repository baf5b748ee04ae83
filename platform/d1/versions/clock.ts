import { numberCell } from "./cells.ts";

/**
 * D1's own clock, by which the triggers of migrations 0004 and 0005 stamp changes, in milliseconds since 1970 UTC. A change that
 * is made after it was read may carry the same millisecond, and none before it.
 */
export async function d1Now(db: D1Database): Promise<number> {
  const [row] = await db.prepare("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)").raw();
  return numberCell(row?.[0]);
}
