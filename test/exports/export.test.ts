import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";
import { drizzle } from "drizzle-orm/d1";
import { afterAll, beforeAll, expect, it } from "vitest";

import { EXPORT_PART_ROWS_MAX, type ExportManifest, type ExportTable } from "../../domain/exports/manifest.ts";
import { items, orders, ratings, users } from "../../platform/d1/schema.ts";
import { readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { pointLatestAt } from "../../platform/r2/export-store.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";

const ORDERED_AT = Date.UTC(2026, 10, 1, 12);
const synced = { rowHash: "", changedRun: 1 };
/** Enough lines for a second part of `interactions`. */
const LINES = EXPORT_PART_ROWS_MAX + 5;
const LINES_PER_ORDER = 100;

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  const db = drizzle(runtime.env.DB);
  await db.insert(users).values([
    { userId: "1", country: "FR", features: { city: "Nantes", creditLimit: 21000, id: "x", vip: true }, ...synced },
    { userId: "2", country: null, features: { city: null, creditLimit: 0.5, late: "yes" }, ...synced },
    { userId: "3", country: "US", features: { city: "gone", secret: "gone" }, deletedAt: 1, ...synced },
  ]);
  await db.insert(items).values({
    itemId: "S1",
    name: "A plane",
    category: "Planes",
    price: 10.5,
    hidden: false,
    publicValues: {},
    features: { scale: "1:72", mixed: 7 },
    ...synced,
  });
  await db.insert(items).values({
    itemId: "S2",
    name: "A ship",
    category: "Ships",
    price: 20,
    hidden: true,
    publicValues: {},
    features: { scale: "1:700", mixed: "seven" },
    ...synced,
  });
  await db.insert(ratings).values([
    { userId: "1", itemId: "S1", rating: 4, ratedAt: ORDERED_AT, ...synced },
    { userId: "1", itemId: "S2", rating: 2, ...synced },
    { userId: "2", itemId: "S1", rating: 1, deletedAt: 1, ...synced },
  ]);
  const line = { item_id: "S1", quantity: 2, price: 9.5 };
  const count = Math.ceil(LINES / LINES_PER_ORDER);
  for (let number = 0; number < count; number++) {
    await db.insert(orders).values({
      orderId: String(number).padStart(6, "0"),
      userId: "1",
      orderedAt: ORDERED_AT,
      dateOnly: false,
      cancelled: false,
      lines: Array.from({ length: LINES_PER_ORDER }, () => line),
      ...synced,
    });
  }
  const dropped = { userId: "1", orderedAt: 1, dateOnly: false, lines: [{ ...line, item_id: "gone" }], ...synced };
  await db.insert(orders).values([
    { ...dropped, orderId: "cancelled", cancelled: true },
    { ...dropped, orderId: "deleted", cancelled: false, deletedAt: 1 },
  ]);
});
afterAll(() => runtime.close());

async function createExport(): Promise<ExportManifest> {
  const created = await runtime.call("/v1/exports", { method: "POST" });
  expect(created.status).toBe(202);
  const done = await eventually(async () => {
    const { body } = await runtime.call(`/v1/exports/${created.body.id}`);
    return body.state !== "running" && body;
  });
  expect(done).toMatchObject({ id: created.body.id, state: "complete", error: null });
  return done.manifest;
}

async function rowsOf(manifest: ExportManifest, table: ExportTable): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const part of manifest.tables[table].parts) {
    const object = await runtime.env.EXPORTS.get(`${manifest.id}/${part.file}`);
    const bytes = new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(bytes.byteLength).toBe(part.bytes);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(part.sha256);
    const read = await readParquetBytes(bytes);
    expect(read.length).toBe(part.rows);
    rows.push(...read);
  }
  return rows;
}

it("exports what the sync knows, typed, without what was cancelled or deleted", async () => {
  const manifest = await createExport();
  expect(manifest.tables.users.columns).toEqual([
    { name: "user_id", type: "string" },
    { name: "country", type: "string" },
    { name: "user_city", type: "string", feature: "city" },
    { name: "user_creditLimit", type: "double", feature: "creditLimit" },
    // The shop's own column `id` must not hide ours.
    { name: "user_id_2", type: "string", feature: "id" },
    { name: "user_late", type: "string", feature: "late" },
    { name: "user_vip", type: "boolean", feature: "vip" },
  ]);
  const absent = { user_late: null, user_id_2: null, user_vip: null };
  expect(await rowsOf(manifest, "users")).toEqual([
    {
      ...absent,
      user_id: "1",
      country: "FR",
      user_city: "Nantes",
      user_creditLimit: 21000,
      user_id_2: "x",
      user_vip: true,
    },
    { ...absent, user_id: "2", country: null, user_city: null, user_creditLimit: 0.5, user_late: "yes" },
  ]);
  expect(await rowsOf(manifest, "items")).toEqual([
    { item_id: "S1", name: "A plane", category: "Planes", price: 10.5, item_mixed: "7", item_scale: "1:72" },
    { item_id: "S2", name: "A ship", category: "Ships", price: 20, item_mixed: "seven", item_scale: "1:700" },
  ]);
  expect(await rowsOf(manifest, "ratings")).toEqual([
    { user_id: "1", item_id: "S1", rating: 4, rated_at: new Date(ORDERED_AT) },
    { user_id: "1", item_id: "S2", rating: 2, rated_at: null },
  ]);
});

it("splits a long table into parts and says which export is the newest", async () => {
  const manifest = await createExport();
  const { parts } = manifest.tables.interactions;
  expect(parts.map((part) => part.file)).toEqual([
    "interactions/part-00000.parquet",
    "interactions/part-00001.parquet",
  ]);
  const rows = await rowsOf(manifest, "interactions");
  expect(rows.length).toBe(Math.ceil(LINES / LINES_PER_ORDER) * LINES_PER_ORDER);
  expect(new Set(rows.map((row) => row["order_id"])).size).toBe(Math.ceil(LINES / LINES_PER_ORDER));
  expect(rows[0]).toEqual({
    user_id: "1",
    item_id: "S1",
    quantity: 2,
    price: 9.5,
    timestamp: new Date(ORDERED_AT),
    order_id: "000000",
  });
  const latest = await runtime.env.EXPORTS.get("latest.json");
  expect(await latest?.json()).toEqual({ id: manifest.id, created_at: manifest.created_at });
  // An older export that ends later changes nothing.
  await pointLatestAt(runtime.env.EXPORTS, { ...manifest, id: "20200101t000000000-00000000" });
  expect(await (await runtime.env.EXPORTS.get("latest.json"))?.json()).toMatchObject({ id: manifest.id });
});

it("is read by DuckDB as it is: types, times, and all parts of a table at once", async () => {
  const manifest = await createExport();
  const folder = await mkdtemp(join(tmpdir(), "endcap-export-"));
  try {
    for (const table of ["interactions", "users"] as const) {
      for (const [part, { file }] of manifest.tables[table].parts.entries()) {
        const object = await runtime.env.EXPORTS.get(`${manifest.id}/${file}`);
        await writeFile(join(folder, `${table}-${part}.parquet`), new Uint8Array((await object?.arrayBuffer()) ?? []));
      }
    }
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const query = async (sql: string): Promise<unknown> =>
      (await connection.runAndReadAll(sql.replaceAll("FOLDER", folder))).getRowObjectsJson();
    expect(
      await query(`SELECT count(*)::INTEGER AS lines, sum(i.quantity)::INTEGER AS sold, any_value(u.user_creditLimit) AS credit,
        epoch_ms(max(i."timestamp"))::DOUBLE AS at
        FROM 'FOLDER/interactions-*.parquet' i JOIN 'FOLDER/users-*.parquet' u USING (user_id)`),
    ).toEqual([
      {
        lines: Math.ceil(LINES / LINES_PER_ORDER) * LINES_PER_ORDER,
        sold: Math.ceil(LINES / LINES_PER_ORDER) * LINES_PER_ORDER * 2,
        credit: 21000,
        at: ORDERED_AT,
      },
    ]);
    expect(
      await query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM 'FOLDER/interactions-*.parquet')"),
    ).toEqual([
      { column_name: "user_id", column_type: "VARCHAR" },
      { column_name: "item_id", column_type: "VARCHAR" },
      { column_name: "quantity", column_type: "DOUBLE" },
      { column_name: "price", column_type: "DOUBLE" },
      { column_name: "timestamp", column_type: "TIMESTAMP" },
      { column_name: "order_id", column_type: "VARCHAR" },
    ]);
    connection.closeSync();
    instance.closeSync();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("lists exports newest first, page by page", async () => {
  const first = await runtime.call("/v1/exports?limit=1");
  const second = await runtime.call(`/v1/exports?limit=1&cursor=${first.body.next_cursor}`);
  expect(first.body.data[0].id > second.body.data[0].id).toBe(true);
  const third = await runtime.call(`/v1/exports?limit=1&cursor=${second.body.next_cursor}`);
  expect(third.body.data).toHaveLength(1);
  expect(third.body.next_cursor).toBeNull();
});

it("refuses unknown ids, cursors and parameters in the one envelope", async () => {
  for (const [path, status, code] of [
    ["/v1/exports/nothing", 404, "not_found"],
    ["/v1/exports/20200101t000000000-00000000", 404, "not_found"],
    ["/v1/exports?cursor=x", 400, "invalid_cursor"],
    ["/v1/exports?limit=-1", 400, "invalid_request"],
    ["/v1/exports?colour=red", 400, "unknown_field"],
  ] as const) {
    const answer = await runtime.call(path);
    expect([answer.status, answer.body.error.code], path).toEqual([status, code]);
  }
  expect((await runtime.call("/v1/exports", { method: "POST", key: null })).status).toBe(401);
});
