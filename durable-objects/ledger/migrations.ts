/**
 * The ledger's SQL, append-only: a deployed entry is never edited, a change is a new one at the end. Every object runs
 * what it has not run yet when it starts, and refuses to start if an entry that it ran has changed.
 */
export const LEDGER_MIGRATIONS: readonly string[] = [
  `
  -- Ids of accepted events; WITHOUT ROWID, since a second b-tree would cost a second row written. The day (whole days
  -- since 1970 UTC of the time of receipt) is what pruning goes by.
  CREATE TABLE ids (
    event_id TEXT PRIMARY KEY,
    day INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE totals (
    shopper TEXT NOT NULL,
    item_id TEXT NOT NULL,
    views INTEGER NOT NULL,
    carts INTEGER NOT NULL,
    removals INTEGER NOT NULL,
    purchases INTEGER NOT NULL,
    others INTEGER NOT NULL,
    quantity REAL NOT NULL,
    revenue REAL NOT NULL,
    rating REAL,
    rated_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (shopper, item_id)
  ) WITHOUT ROWID;

  -- What was appended, packed: one row for many events, in the order in which they came.
  CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    events INTEGER NOT NULL,
    interactions TEXT NOT NULL
  );
  `,
];
