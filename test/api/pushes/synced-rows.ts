import type { ItemRecord } from "../../../domain/catalogue/records.ts";
import type { TestRuntime } from "../../support/runtime.ts";

/** Writes items as a sync run would have: the source's own values, and a hash of them. */
export async function putSyncedItems(runtime: TestRuntime, items: readonly ItemRecord[], run = 1): Promise<void> {
  const rows = items.map((item) => [
    item.itemId,
    item.name,
    item.category,
    item.price,
    item.stock,
    item.hidden ? 1 : 0,
    item.image,
    item.url,
    JSON.stringify(item.publicValues),
    JSON.stringify(item.features),
  ]);
  const values = Array.from({ length: 10 }, (_, place) => `value ->> ${place}`).join(", ");
  await runtime.env.DB.prepare(
    `INSERT OR REPLACE INTO items (item_id, name, category, price, stock, hidden, image, url, public_values, features, row_hash, changed_run)
     SELECT ${values}, 'hash', ?2 FROM json_each(?1)`,
  )
    .bind(JSON.stringify(rows), run)
    .run();
}

/** A row of D1 as it is, columns of JSON parsed. */
export async function readRow(
  runtime: TestRuntime,
  table: "items" | "users" | "item_pushes" | "user_pushes",
  id: string,
): Promise<Record<string, unknown> | null> {
  const key = table.startsWith("item") ? "item_id" : "user_id";
  const row = await runtime.env.DB.prepare(`SELECT * FROM ${table} WHERE ${key} = ?`).bind(id).first();
  if (row === null) return null;
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      ["features", "public_values", "fields"].includes(column) ? JSON.parse(String(value)) : value,
    ]),
  );
}

/** A value of `sync_state`. */
export async function readState(runtime: TestRuntime, name: string): Promise<unknown> {
  const row = await runtime.env.DB.prepare("SELECT value FROM sync_state WHERE name = ?")
    .bind(name)
    .first<{ value: string }>();
  return row === null ? null : JSON.parse(row.value);
}

/** Notes a run, as its beginning would. */
export async function putRun(runtime: TestRuntime, run: number): Promise<void> {
  await runtime.env.DB.prepare(
    `INSERT INTO sync_runs (run, run_id, "trigger", state, started_at, counts) VALUES (?, ?, 'test', 'running', 0, '{}')`,
  )
    .bind(run, `run-${run}`)
    .run();
}
