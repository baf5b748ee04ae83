/** When the last complete sync began to read the replica, milliseconds since 1970 UTC; null before the first. */
export async function lastCompleteSyncAt(db: D1Database): Promise<number | null> {
  const row = await db
    .prepare("SELECT started_at FROM sync_runs WHERE state = 'complete' ORDER BY run DESC LIMIT 1")
    .first<{ started_at: number }>();
  return row?.started_at ?? null;
}
