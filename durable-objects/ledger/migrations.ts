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
  `
  -- Ids by week: a table is emptied by dropping it, which writes no rows, where deleting writes one per id. The ids of
  -- before may be of any week.
  CREATE TABLE ids_0 (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE ids_1 (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE ids_2 (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
  INSERT INTO ids_0 SELECT event_id FROM ids;
  INSERT INTO ids_1 SELECT event_id FROM ids;
  INSERT INTO ids_2 SELECT event_id FROM ids;
  DROP TABLE ids;

  -- A journal per segment of the lake, dropped as a whole for the same reason. No AUTOINCREMENT: it writes a second row.
  CREATE TABLE journal_0 (
    sequence INTEGER PRIMARY KEY,
    appended_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    interactions TEXT NOT NULL,
    changes TEXT NOT NULL
  );
  INSERT INTO journal_0 SELECT sequence, 0, events, interactions, '[]' FROM journal;
  DROP TABLE journal;

  ALTER TABLE totals ADD COLUMN refunds INTEGER NOT NULL DEFAULT 0;

  -- What the shard knows of itself, one packed row (durable-objects/ledger/state.ts).
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    value TEXT NOT NULL
  );

  CREATE TABLE orders (
    transaction_id TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) WITHOUT ROWID;

  -- What other shards have yet to be told. Numbers never come again, also after the rows are gone.
  CREATE TABLE transfers (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    target INTEGER NOT NULL,
    value TEXT NOT NULL
  );

  -- The last transfer that came from each shard.
  CREATE TABLE received (
    source INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL
  );

  -- What an anonymous client did and we received up to a time is the user's who signed in then.
  CREATE TABLE aliases (
    client TEXT NOT NULL,
    upto INTEGER NOT NULL,
    shopper TEXT NOT NULL,
    PRIMARY KEY (client, upto)
  ) WITHOUT ROWID;
  `,
  `
  -- What a user's row was before its changes (durable-objects/ledger/statements.ts), in the row itself: a table beside it
  -- would cost a written row per event. Rows that were here before are taken to have been so for ever, which is why
  -- nothing is read as of a time before this migration.
  ALTER TABLE totals ADD COLUMN added_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE totals ADD COLUMN history TEXT NOT NULL DEFAULT '[]';

  -- Users who were forgotten, under the lake's pseudonym: what still comes of them is nobody's.
  CREATE TABLE erased (
    pseudonym TEXT PRIMARY KEY,
    erased_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- The last week in which a shopper came (its Monday, milliseconds since 1970 UTC), as far as it is counted.
  CREATE TABLE visits (
    shopper TEXT PRIMARY KEY,
    week INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
];
