import { DatabaseSync } from "node:sqlite";

/** "Database is locked": https://sqlite.org/rescode.html#busy. */
const SQLITE_BUSY = 5;
/**
 * Of two that begin at the same moment each may see the first half of the other's lock. Then SQLite lets go and tries
 * again for so long: one has it in the end. Whoever comes later waits so long in vain.
 */
const TRY_MILLISECONDS = 250;

/** What is held: a database that nobody knows any more would be closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>();

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

/**
 * Takes a lock that one process can hold, and that the operating system gives back when its process ends, however it
 * ends: SQLite's lock on an empty database. A file with a process id in it can be read by two at once, and names a
 * stranger once ids are used again.
 * @param path the lock's file, made when it is not there. It stays: whoever removed it could take it from under another.
 * @returns how to give it back; null when another process holds it
 */
export function takeLock(path: string): (() => void) | null {
  const database = new DatabaseSync(path, { timeout: TRY_MILLISECONDS });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  held.add(database);
  return () => {
    if (held.delete(database)) database.close();
  };
}
