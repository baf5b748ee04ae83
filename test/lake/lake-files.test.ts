import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { EVENTS_TABLE } from "../../domain/lake/events-table.ts";
import type { LakeTable } from "../../domain/lake/lake-table.ts";
import { encodeLakeFile } from "../../platform/parquet/encode-lake-file.ts";
import { LakeFileReader } from "../../platform/parquet/lake-file-reader.ts";
import { LakeFileWriter } from "../../platform/parquet/lake-file-writer.ts";
import { LargeFileUpload } from "../../platform/r2/large-file-upload.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { queryDuckDb } from "./duckdb.ts";
import { eventRows } from "./rows.ts";

const HOUR = Date.UTC(2026, 10, 21, 9);

let runtime: TestRuntime;
let folder: string;
beforeAll(async () => {
  runtime = await startRuntime();
  folder = await mkdtemp(join(tmpdir(), "endcap-lake-files-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

async function open(table: LakeTable, bytes: Uint8Array<ArrayBuffer>): Promise<LakeFileReader> {
  const { buffer } = bytes.slice();
  return LakeFileReader.open(table, { byteLength: buffer.byteLength, slice: (from, to) => buffer.slice(from, to) });
}

/** Writes files again as one, each of their row groups a row group of it. */
async function rewritten(files: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  const writer = new LakeFileWriter(EVENTS_TABLE, (bytes) => {
    pieces.push(bytes);
    return Promise.resolve();
  });
  for (const bytes of files) {
    const reader = await open(EVENTS_TABLE, bytes);
    for (const [group, { rows }] of reader.rowGroups.entries()) {
      await writer.writeGroup(rows, (column) => reader.readColumn(column, group));
    }
  }
  await writer.finish();
  return Uint8Array.from(Buffer.concat(pieces));
}

describe("a file that is written column by column", () => {
  it("is read by DuckDB like the files that went into it, row group by row group", async () => {
    const numbers = Array.from({ length: 90 }, (_, number) => number);
    const parts = [numbers.slice(0, 20), numbers.slice(20, 21), numbers.slice(21)].map((part) =>
      encodeLakeFile(EVENTS_TABLE, eventRows(part, HOUR)),
    );
    const large = await rewritten(parts);
    await writeFile(join(folder, "large.parquet"), large);
    for (const [position, bytes] of parts.entries()) await writeFile(join(folder, `small-${position}.parquet`), bytes);
    const read = (pattern: string): Promise<unknown> =>
      queryDuckDb(`SELECT * FROM read_parquet('${join(folder, pattern)}') ORDER BY event_id`);
    expect(await read("large.parquet")).toEqual(await read("small-*.parquet"));
    expect(
      await queryDuckDb(
        `SELECT DISTINCT row_group_id AS id, row_group_num_rows AS n FROM parquet_metadata('${join(folder, "large.parquet")}') ORDER BY 1`,
      ),
    ).toEqual([
      { id: "0", n: "20" },
      { id: "1", n: "1" },
      { id: "2", n: "69" },
    ]);
    // Statistics stand with their columns: DuckDB skips row groups by them and still finds the row.
    expect(
      await queryDuckDb(
        `SELECT count(*)::INTEGER AS n FROM read_parquet('${join(folder, "large.parquet")}') WHERE event_id = 'event-20'`,
      ),
    ).toEqual([{ n: 1 }]);
    expect(await rewritten(parts)).toEqual(large);
  });
});

describe("a file of an earlier version of a table", () => {
  it("has null, or an empty list, in columns that it does not know", async () => {
    const earlier: LakeTable = {
      ...EVENTS_TABLE,
      columns: EVENTS_TABLE.columns.filter(({ name }) => name !== "params" && name !== "items"),
    };
    const kept = EVENTS_TABLE.columns.map(({ name }, place) => ({ name, place }));
    const rows = eventRows([5, 7], HOUR).map((row) =>
      kept.filter(({ name }) => name !== "params" && name !== "items").map(({ place }) => row[place] ?? null),
    );
    const reader = await open({ ...EVENTS_TABLE, version: 2 }, encodeLakeFile(earlier, rows));
    const cells = async (name: string): Promise<unknown> => {
      const column = EVENTS_TABLE.columns.find((one) => one.name === name);
      return column === undefined ? undefined : reader.readColumn(column, 0);
    };
    expect(await cells("params")).toEqual([null, null]);
    expect(await cells("items")).toEqual([[], []]);
    expect(await cells("event_id")).toEqual(["event-5", "event-7"]);
  });

  it("is not taken for another table's", async () => {
    const bytes = encodeLakeFile(EVENTS_TABLE, eventRows([1], HOUR));
    await expect(open({ ...EVENTS_TABLE, name: "orders" }, bytes)).rejects.toThrow("It is not a file of orders.");
  });
});

describe("a large upload", () => {
  it.each([0, 1, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 20_000_000])("of %d bytes arrives whole", async (size) => {
    const content = Uint8Array.from({ length: size }, (_, position) => (position * 31) % 251);
    const upload = new LargeFileUpload(runtime.env.LAKE, `test/${size}`);
    for (let from = 0; from < size; from += 3_000_001) await upload.write(content.slice(from, from + 3_000_001));
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(await upload.finish()).toEqual({ bytes: size, sha256 });
    const object = await runtime.env.LAKE.get(`test/${size}`);
    const found = new Uint8Array((await object?.arrayBuffer()) ?? []);
    expect(createHash("sha256").update(found).digest("hex")).toBe(sha256);
  });

  it("is nothing to readers until it is finished", async () => {
    const upload = new LargeFileUpload(runtime.env.LAKE, "test/unfinished");
    await upload.write(new Uint8Array(9 * 1024 * 1024));
    expect(await runtime.env.LAKE.head("test/unfinished")).toBeNull();
  });
});
