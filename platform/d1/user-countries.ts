import { z } from "zod";

const rowsSchema = z.array(z.object({ user_id: z.string(), country: z.string() }));

/** The countries (ISO 3166-1 alpha-2) of those users who are known to have one. */
export async function readUserCountries(
  db: D1Database,
  userIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const { results } = await db
    .prepare(
      `SELECT users.user_id, users.country FROM json_each(?) AS asked
       CROSS JOIN users ON users.user_id = asked.value WHERE users.country IS NOT NULL`,
    )
    .bind(JSON.stringify([...userIds]))
    .all();
  return new Map(rowsSchema.parse(results).map((row) => [row.user_id, row.country]));
}
