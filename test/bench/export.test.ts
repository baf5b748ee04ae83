import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { ExportColumn } from "../../domain/exports/manifest.ts";
import { shardOf } from "../../domain/hash.ts";
import { LEDGER_MIGRATIONS } from "../../durable-objects/ledger/migrations.ts";
import { LakeFileWriter } from "../../platform/parquet/lake-file-writer.ts";
import { readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { HeapLog } from "../../scripts/bench/export/heap-log.ts";
import { firstRowGroup, writeByLibrary } from "../../scripts/bench/export/library.ts";
import { librarySpeed, trainingSpeed } from "../../scripts/bench/export/report.ts";
import {
  AGE_VERSIONS,
  CHANGE_ITEMS,
  CHANGE_USERS,
  INSERT_ITEMS,
  INSERT_RATINGS,
  INSERT_TOTALS,
  INSERT_USERS,
  ITEMS,
  packsOfShard,
  ROWS_PER_USER,
  trainingRows,
  usersFor,
} from "../../scripts/bench/export/shop.ts";

const SHARDS = 16;
const NOW = Date.UTC(2026, 10, 16);
const USERS = usersFor(3_000);

async function migratedCatalogue(): Promise<DatabaseSync> {
  const catalogue = new DatabaseSync(":memory:");
  const folder = join(import.meta.dirname, "../../migrations");
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted()) {
    catalogue.exec((await readFile(join(folder, file), "utf8")).replaceAll("--> statement-breakpoint", ""));
  }
  return catalogue;
}

describe("the shop of the bench", () => {
  let db: DatabaseSync;
  beforeEach(() => {
    db = new DatabaseSync(":memory:");
    for (const migration of LEDGER_MIGRATIONS) db.exec(migration);
  });
  afterEach(() => db.close());

  const numbers = (sql: string): unknown[] => Object.values(db.prepare(sql).get() ?? {});
  const fillTotals = (): void => {
    for (let shard = 0; shard < SHARDS; shard++) {
      for (const pack of packsOfShard({ first: 0, end: USERS }, shard, SHARDS))
        db.prepare(INSERT_TOTALS).run(pack, NOW);
    }
  };

  it("has every user's rows once, each in the shard where the ledger looks for the user", () => {
    fillTotals();
    expect(numbers("SELECT count(*), count(DISTINCT shopper), count(DISTINCT item_id) > 1 FROM totals")).toEqual([
      USERS * ROWS_PER_USER,
      USERS,
      1,
    ]);
    for (let shard = 0; shard < SHARDS; shard++) {
      for (const pack of packsOfShard({ first: 0, end: USERS }, shard, SHARDS)) {
        for (const [, shopper] of JSON.parse(pack) as [number, string][]) expect(shardOf(shopper, SHARDS)).toBe(shard);
      }
    }
  });

  it("has rows that were something else before, some of them until after the export", () => {
    fillTotals();
    const [changed, later] = numbers(
      `SELECT count(*) FILTER (WHERE history <> '[]'), count(*) FILTER (WHERE history ->> '$[#-1][0]' > ${NOW}) FROM totals`,
    );
    expect(changed).toBe((USERS * ROWS_PER_USER) / 10);
    expect(later).toBe((USERS * ROWS_PER_USER) / 1_000);
  });

  it("has as many rows of training data as it says: those of the ledger, and ratings that the ledger does not know", async () => {
    const catalogue = await migratedCatalogue();
    for (const sql of [INSERT_ITEMS, CHANGE_ITEMS]) catalogue.prepare(sql).run(0, ITEMS);
    for (const sql of [INSERT_USERS, CHANGE_USERS, INSERT_RATINGS]) catalogue.prepare(sql).run(0, USERS);
    for (const sql of AGE_VERSIONS) catalogue.exec(sql);
    fillTotals();
    const keys = db
      .prepare("SELECT json_group_array(json_array(substr(shopper, 3), item_id)) AS keys FROM totals")
      .get();
    catalogue
      .prepare("CREATE TABLE totals AS SELECT value ->> 0 AS user_id, value ->> 1 AS item_id FROM json_each(?)")
      .run(String(keys?.["keys"]));
    const counted = (sql: string): number => Number(Object.values(catalogue.prepare(sql).get() ?? {})[0]);
    const known = counted("SELECT count(*) FROM ratings JOIN totals USING (user_id, item_id)");
    expect(known).toBe(USERS / 2);
    expect(trainingRows(USERS)).toBe(USERS * ROWS_PER_USER + counted("SELECT count(*) FROM ratings") - known);
    expect(counted("SELECT count(*) FROM totals JOIN users USING (user_id) JOIN items USING (item_id)")).toBe(
      USERS * ROWS_PER_USER,
    );
    catalogue.close();
  });
});

describe("what the library is measured with", () => {
  const about = { unit: null, meaning: "Of a test." };
  const columns: ExportColumn[] = [
    { name: "text", type: "string", nullable: true, ...about },
    { name: "count", type: "integer", nullable: false, ...about },
    { name: "amount", type: "double", nullable: false, ...about },
    { name: "at", type: "timestamp", nullable: true, ...about },
  ];
  const rows = 2_000;
  const cells = {
    text: Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? null : `text ${row % 300}`)),
    count: Array.from({ length: rows }, (_, row) => BigInt(row % 9)),
    amount: Array.from({ length: rows }, (_, row) => row / 4),
    at: Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? null : BigInt(NOW + row))),
  };
  const joined = (chunks: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(chunks));

  async function exported(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    const writer = new LakeFileWriter({ name: "bench", version: 1, columns }, async (bytes) => {
      chunks.push(bytes.slice());
    });
    for (let group = 0; group < 2; group++) {
      await writer.writeGroup(rows, async ({ name }) => cells[name as keyof typeof cells]);
    }
    await writer.finish();
    return joined(chunks);
  }

  it("are the cells of a row group of the export, written as often as rows are asked for", async () => {
    const { buffer } = new Uint8Array(await exported());
    const group = await firstRowGroup({
      byteLength: buffer.byteLength,
      slice: (start, end) => buffer.slice(start, end),
    });
    expect(group.rows).toBe(rows);
    expect(Object.fromEntries(group.columns.map(({ name, data }) => [name, data]))).toEqual(cells);
    const chunks: Uint8Array[] = [];
    let clock = 0;
    const run = writeByLibrary(
      group,
      rows * 2 + 1,
      (bytes) => chunks.push(bytes.slice()),
      () => (clock += 5),
    );
    const written = joined(chunks);
    expect(run).toEqual({ rows: rows * 3, bytes: written.byteLength, milliseconds: 5 });
    const read = await readParquetBytes(written);
    expect(read).toHaveLength(rows * 3);
    expect(read[rows * 2 + 3]).toEqual({ text: "text 3", count: 3n, amount: 0.75, at: new Date(NOW + 3) });
  });
});

describe("what the bench adds up", () => {
  const spent = { processorMilliseconds: 7 };
  const step = { milliseconds: 10, rows: 100, resultBytes: 20, ...spent };

  it("is the steps that wrote training data, over several exports, and the library beside them", () => {
    const one = {
      steps: [
        { name: "moment", ...step, rows: 0 },
        { name: "training 0", ...step },
        { name: "training 1", ...step },
        { name: "users 0", ...step, rows: 0 },
      ],
      library: [{ rows: 128, bytes: 1, milliseconds: 4, ...spent }],
    };
    expect(trainingSpeed([one, one])).toEqual({ rows: 400, milliseconds: 40, processorMilliseconds: 28 });
    expect(librarySpeed([one, one])).toEqual({ rows: 256, milliseconds: 8, processorMilliseconds: 14 });
  });

  it("has no processor time where a part of it is not known", () => {
    const steps = [{ name: "training 0", ...step, processorMilliseconds: null }];
    expect(trainingSpeed([{ steps }]).processorMilliseconds).toBeNull();
  });

  it("is of memory what V8 says of the isolate that held most", () => {
    const log = new HeapLog();
    for (const line of [
      "[9:0xaa]    12 ms: Scavenge 96.2 (132.2) -> 66.3 (126.2) MB, pooled: 1.0 MB, 3.22 / 0.00 ms allocation failure;",
      "[9:0xaa] Backing store memory:                        20480 KB",
      "[9:0xbb]    13 ms: Scavenge 5.0 (9.0) -> 4.0 (9.0) MB, pooled: 1.0 MB, 1.00 / 0.00 ms allocation failure;",
      "something that the Worker prints",
      "[9:0xaa]    14 ms: Mark-Compact 80.0 (140.0) -> 25.2 (117.4) MB, pooled: 1.0 MB, 9.66 / 0.00 ms allocation failure;",
      "[9:0xaa] Backing store memory:                        40960 KB",
    ]) {
      log.line(line);
    }
    expect(log.largest()).toEqual({ heap: 96, alive: 25, buffers: 40, total: 120 });
  });
});
