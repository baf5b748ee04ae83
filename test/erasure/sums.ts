import { LAKE_TABLES } from "../../domain/lake/lake-table.ts";
import { filesToRead } from "../../domain/lake/hour-listing.ts";
import { hourFolder } from "../../domain/lake/lake-keys.ts";
import { type ParquetRow, readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { listDates, listHours, readHour } from "../../platform/r2/lake-store.ts";
import type { TestRuntime } from "../support/runtime.ts";

/** Rows of a table as a reader gets them who follows the rule, with their hours. */
export async function lakeRows(runtime: TestRuntime, table: (typeof LAKE_TABLES)[number]): Promise<ParquetRow[]> {
  const bucket = runtime.env.LAKE;
  const rows: ParquetRow[] = [];
  for (const date of await listDates(bucket, table)) {
    for (const hourMs of await listHours(bucket, date)) {
      const { listing, marker } = await readHour(bucket, table, hourMs);
      for (const file of filesToRead(listing, marker?.content ?? null)) {
        const object = await bucket.get(hourFolder(table, hourMs) + file);
        if (object === null) throw new Error(`${file} is gone, but is to be read.`);
        for (const row of await readParquetBytes(new Uint8Array(await object.arrayBuffer()))) {
          rows.push({ ...row, hourMs });
        }
      }
    }
  }
  return rows;
}

/** Every column that says nothing of a person, of every row, in an order of their own. */
function withoutPeople(rows: readonly ParquetRow[]): string[] {
  const personal = ["event_id", "shopper", "shopper_kind", "session", "search_term", "signed_in_client", "params"];
  return rows
    .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !personal.includes(name))))
    .map((row) => JSON.stringify(row, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one)))
    .sort();
}

/** What must be the same before and after an erasure: the lake but for people, and D1's counters. */
export async function sumsOf(runtime: TestRuntime): Promise<unknown> {
  const lake: Record<string, string[]> = {};
  for (const table of LAKE_TABLES) lake[table] = withoutPeople(await lakeRows(runtime, table));
  const counters: unknown[] = [];
  for (const sql of [
    "SELECT * FROM hourly_items ORDER BY hour, grain, item_id, country, currency",
    "SELECT * FROM hourly_recommendations ORDER BY hour, placement, strategy, model_version, arm, currency",
    "SELECT order_id, ordered_at, date_only, cancelled, lines FROM orders ORDER BY order_id",
  ]) {
    counters.push((await runtime.env.DB.prepare(sql).all()).results);
  }
  return { lake, counters };
}
