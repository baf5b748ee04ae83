import { afterAll, beforeAll, expect, it } from "vitest";

import { readQuality } from "../../platform/d1/analytics/freshness-quality.ts";
import { readWaiting } from "../../platform/d1/analytics/freshness-waiting.ts";
import { summarizeKept } from "../../platform/d1/kept-file-store.ts";
import { type MigratedDatabase, migratedDatabase } from "./migrated-database.ts";

const DAY = 24 * 60 * 60 * 1_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const WEEK_AGO = NOW - 7 * DAY;
/** Rows of last year in each table, beside three of today. */
const OLD_ROWS = 2_000;
/** What a question about today may read: its rows, what they hold, and its groups. */
const ROWS_READ_MAX = 100;

let database: MigratedDatabase;
let rowsRead = 0;

/** Adds up what a question reads. */
function note<Row>(result: D1Result<Row>): D1Result<Row> {
  rowsRead += result.meta.rows_read;
  return result;
}

class WatchedStatement {
  readonly statement: D1PreparedStatement;
  constructor(statement: D1PreparedStatement) {
    this.statement = statement;
  }
  bind(...values: readonly unknown[]): WatchedStatement {
    return new WatchedStatement(this.statement.bind(...values));
  }
  async all(): Promise<D1Result> {
    return note(await this.statement.all());
  }
}

/** The database, which says how many rows it read. */
function watched(db: D1Database): D1Database {
  return {
    prepare: (sql: string) => new WatchedStatement(db.prepare(sql)),
    batch: async (statements: readonly WatchedStatement[]) =>
      (await db.batch(statements.map(({ statement }) => statement))).map(note),
  } as unknown as D1Database;
}

async function read<Answer>(question: (db: D1Database) => Promise<Answer>): Promise<Answer> {
  rowsRead = 0;
  return question(watched(database.db));
}

beforeAll(async () => {
  database = await migratedDatabase();
  const { db } = database;
  const numbers = JSON.stringify(Array.from({ length: OLD_ROWS + 3 }, (_, n) => n));
  const at = `CASE WHEN value < ${OLD_ROWS} THEN ${NOW - 300 * DAY} ELSE ${NOW} END`;
  await db.batch([
    db
      .prepare(
        `INSERT INTO kept_files (key, kind, source, written_at, records, reasons)
         SELECT 'quarantine/source=events/date=' || date(${at} / 1000, 'unixepoch') || '/' || value, 'quarantine', 'events',
           ${at}, 2, '{"invalid_event":2}' FROM json_each(?)`,
      )
      .bind(numbers),
    db
      .prepare(
        `INSERT INTO sync_runs (run_id, "trigger", state, started_at, counts)
         SELECT value, 'cron', 'complete', ${at}, '{"users":{"read":5,"quarantined":1}}' FROM json_each(?)`,
      )
      .bind(numbers),
  ]);
});
afterAll(() => database.close());

it("how much was set aside by day reads no file of before", async () => {
  const day = new Date(WEEK_AGO).toISOString().slice(0, 10);
  expect(await read((db) => summarizeKept(db, "quarantine", day))).toEqual([
    { day: "2026-11-21", source: "events", reason: "invalid_event", records: 6 },
  ]);
  expect(rowsRead).toBeLessThan(ROWS_READ_MAX);
});

it("how good the data was reads no run of before", async () => {
  const { byDay } = await read((db) => readQuality(db, WEEK_AGO));
  expect(byDay).toEqual([{ day: "2026-11-21", entity: "users", runs: 3, read: 15, set_aside: 3 }]);
  expect(rowsRead).toBeLessThan(ROWS_READ_MAX);
});

it("events wait to be replayed as long as the ledger takes them, and older files are not read", async () => {
  expect(await read((db) => readWaiting(db, NOW))).toMatchObject({ quarantinedEvents: 6 });
  expect(rowsRead).toBeLessThan(ROWS_READ_MAX);
  expect(await readWaiting(database.db, NOW + 13 * DAY)).toMatchObject({ quarantinedEvents: 6 });
  expect(await readWaiting(database.db, NOW + 15 * DAY)).toMatchObject({ quarantinedEvents: 0 });
});
