import { expect, it } from "vitest";

import { ADD_TOTALS } from "../../durable-objects/ledger/statements.ts";
import { tableOf } from "../../scripts/bench/ingest/counts.ts";

it.each([
  [ADD_TOTALS, "totals"],
  ["INSERT INTO ids_2 SELECT value FROM json_each(?) AS asked", "ids"],
  ["INSERT INTO journal_17 VALUES (?, ?, ?, ?, ?)", "journal"],
  ["CREATE TABLE IF NOT EXISTS session (id INTEGER)", "session"],
  ["DROP TABLE journal_3", "journal"],
  ["INSERT INTO hourly_items (hour) SELECT 1", "hourly_items"],
  ["DELETE FROM transfers WHERE target = ?", "transfers"],
  ['insert into "deployment" ("name") values (?)', "deployment"],
  ["PRAGMA optimize", "other"],
])("tells what a statement writes: %s", (sql, table) => {
  expect(tableOf(sql)).toBe(table);
});
