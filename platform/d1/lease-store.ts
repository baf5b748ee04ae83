/**
 * Takes a lease, or takes over one whose time is over. Calling it again as the holder renews it.
 * @returns false while another holder has it
 */
export async function acquireLease(
  db: D1Database,
  name: string,
  holder: string,
  now: Date,
  seconds: number,
): Promise<boolean> {
  const { results } = await db
    .prepare(
      `INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
       WHERE leases.holder = excluded.holder OR leases.expires_at <= ?4
       RETURNING holder`,
    )
    .bind(name, holder, now.getTime() + seconds * 1000, now.getTime())
    .all();
  return results.length === 1;
}

/**
 * The statement that fails, and with it the batch that it stands in, when the lease went to someone else: SQLite has
 * no other way to raise an error outside a trigger than a function that refuses its argument.
 */
export function assertLeaseStatement(db: D1Database, name: string, holder: string): D1PreparedStatement {
  return db
    .prepare(
      "SELECT json(CASE WHEN EXISTS (SELECT 1 FROM leases WHERE name = ? AND holder = ?) THEN '1' ELSE 'lease lost' END)",
    )
    .bind(name, holder);
}

/** The statement that renews a lease; it changes no row when the lease went to someone else. */
export function renewLeaseStatement(
  db: D1Database,
  name: string,
  holder: string,
  now: Date,
  seconds: number,
): D1PreparedStatement {
  return db
    .prepare("UPDATE leases SET expires_at = ? WHERE name = ? AND holder = ?")
    .bind(now.getTime() + seconds * 1000, name, holder);
}

/** Gives a lease back. Nothing happens when another holder has it by now. */
export async function releaseLease(db: D1Database, name: string, holder: string): Promise<void> {
  await db.prepare("DELETE FROM leases WHERE name = ? AND holder = ?").bind(name, holder).run();
}
