import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AsyncBuffer, parquetMetadata } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CREATED_BY, ROW_GROUP_ROWS_MAX } from "../../platform/parquet/encode-lake-file.ts";
import {
  encodeNeighbours,
  type NeighbourColumns,
  type NeighbourRow,
  readNeighbours,
} from "../../platform/parquet/neighbours-file.ts";
import { neighbourColumns } from "../../scripts/train/item-weights/neighbour-columns.ts";
import { queryDuckDb } from "../lake/duckdb.ts";

const COLUMNS: NeighbourColumns = {
  itemIds: ["S10_1678", "S10_1678", "Škoda 1:18"],
  neighbourIds: ["S18_2238", "Škoda 1:18", "S10_1678"],
  weights: Float32Array.of(0.75, -0.5, 0.125),
};
const ROWS: NeighbourRow[] = [
  { itemId: "S10_1678", neighbourId: "S18_2238", weight: 0.75 },
  { itemId: "S10_1678", neighbourId: "Škoda 1:18", weight: -0.5 },
  { itemId: "Škoda 1:18", neighbourId: "S10_1678", weight: 0.125 },
];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-neighbours-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function bufferOf(bytes: Uint8Array, reads: number[] = []): AsyncBuffer {
  const { buffer } = new Uint8Array(bytes);
  return {
    byteLength: buffer.byteLength,
    slice: (start, end) => {
      reads.push(start);
      return buffer.slice(start, end);
    },
  };
}

async function rowsOf(bytes: Uint8Array): Promise<NeighbourRow[]> {
  const rows: NeighbourRow[] = [];
  for await (const row of readNeighbours(bufferOf(bytes))) rows.push(row);
  return rows;
}

/** A file that DuckDB writes from a query. */
async function writtenByDuckDb(query: string, options = ""): Promise<Uint8Array> {
  const file = join(folder, `${crypto.randomUUID()}.parquet`);
  await queryDuckDb(`COPY (${query}) TO '${file}' (FORMAT parquet${options})`);
  return readFile(file);
}

describe("a file of item–item weights", () => {
  it("gives back its rows in their order", async () => {
    expect(await rowsOf(encodeNeighbours(COLUMNS))).toEqual(ROWS);
  });

  it("may be empty", async () => {
    const empty = { itemIds: [], neighbourIds: [], weights: new Float32Array(0) };
    expect(await rowsOf(encodeNeighbours(empty))).toEqual([]);
  });

  it("has the same bytes for the same rows, and says who made it", () => {
    const bytes = encodeNeighbours(COLUMNS);
    expect(encodeNeighbours({ ...COLUMNS, weights: COLUMNS.weights.slice() })).toEqual(bytes);
    expect(parquetMetadata(bytes.buffer).created_by).toBe(CREATED_BY);
  });

  it("refuses columns of different lengths", () => {
    expect(() => encodeNeighbours({ ...COLUMNS, weights: new Float32Array(2) })).toThrow(
      "3, 3 and 2 cells are not whole rows.",
    );
  });

  it("is read by DuckDB, with the types that it declares", async () => {
    const file = join(folder, "ours.parquet");
    await writeFile(file, encodeNeighbours(COLUMNS));
    expect(await queryDuckDb(`SELECT * FROM '${file}'`)).toEqual(
      ROWS.map(({ itemId, neighbourId, weight }) => ({ item_id: itemId, neighbour_id: neighbourId, weight })),
    );
    const described = await queryDuckDb(`DESCRIBE SELECT * FROM '${file}'`);
    expect(described.map(({ column_name: name, column_type: type }) => [name, type])).toEqual([
      ["item_id", "VARCHAR"],
      ["neighbour_id", "VARCHAR"],
      ["weight", "FLOAT"],
    ]);
  });

  it("is read one row group at a time", async () => {
    const count = ROW_GROUP_ROWS_MAX + 2;
    const bytes = encodeNeighbours({
      itemIds: Array.from({ length: count }, (_, row) => `i${row >> 8}`),
      neighbourIds: Array.from({ length: count }, (_, row) => `n${row % 1_000}`),
      weights: Float32Array.from({ length: count }, (_, row) => row),
    });
    const reads: number[] = [];
    let row = 0;
    let readsOfTheFirst = 0;
    for await (const { itemId, neighbourId, weight } of readNeighbours(bufferOf(bytes, reads))) {
      if (row === 0) readsOfTheFirst = reads.length;
      if (row === ROW_GROUP_ROWS_MAX - 1) expect(reads).toHaveLength(readsOfTheFirst);
      if (weight !== row || itemId !== `i${row >> 8}` || neighbourId !== `n${row % 1_000}`) expect.fail(`row ${row}`);
      row++;
    }
    expect(row).toBe(count);
    expect(reads.length).toBeGreaterThan(readsOfTheFirst);
  });

  it.each(["FLOAT", "DOUBLE"])("is read when DuckDB wrote it, weights as %s", async (type) => {
    const rows = ROWS.map(({ itemId, neighbourId, weight }) => `('${itemId}', '${neighbourId}', ${weight}::${type})`);
    const query = `SELECT weight, neighbour_id, 1 AS more, item_id FROM (VALUES ${rows.join()}) t(item_id, neighbour_id, weight)`;
    expect(await rowsOf(await writtenByDuckDb(query))).toEqual(ROWS);
    expect(await rowsOf(await writtenByDuckDb(query, ", COMPRESSION zstd"))).toEqual(ROWS);
  });

  it("is read from several row groups of DuckDB", async () => {
    const bytes = await writtenByDuckDb(
      "SELECT 'i' || (n // 100) AS item_id, 'n' || n AS neighbour_id, n::FLOAT AS weight FROM range(5000) t(n) ORDER BY n",
      ", ROW_GROUP_SIZE 2048",
    );
    const rows = await rowsOf(bytes);
    expect(rows.map(({ weight }) => weight)).toEqual(Array.from({ length: 5_000 }, (_, row) => row));
    expect(rows[4_321]).toEqual({ itemId: "i43", neighbourId: "n4321", weight: 4_321 });
  });

  it("is read from columns of several pages", async () => {
    const weights = Float32Array.from({ length: 500 }, (_, row) => row / 8);
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "item_id", data: Array.from(weights, (weight) => `i${weight}`), type: "STRING", nullable: false },
        { name: "neighbour_id", data: Array.from(weights, () => "n"), type: "STRING", nullable: false },
        { name: "weight", data: weights, type: "FLOAT", nullable: false },
      ],
      pageSize: 100,
      rowGroupSize: 200,
    });
    expect(await rowsOf(new Uint8Array(bytes))).toEqual(
      Array.from(weights, (weight) => ({ itemId: `i${weight}`, neighbourId: "n", weight })),
    );
  });

  it.each([
    ["SELECT 'a' AS item_id, 1.0::FLOAT AS weight", "There is no column neighbour_id; there are item_id, weight."],
    ["SELECT 1 AS item_id, 'b' AS neighbour_id, 1.0::FLOAT AS weight", "item_id is INT_32, not STRING."],
    [
      "SELECT 'a' AS item_id, 'b'::BLOB AS neighbour_id, 1.0::FLOAT AS weight",
      "neighbour_id is BYTE_ARRAY, not STRING.",
    ],
    ["SELECT 'a' AS item_id, 'b' AS neighbour_id, '1' AS weight", "weight is STRING, not FLOAT or DOUBLE."],
    [
      "SELECT 'a' AS item_id, 'b' AS neighbour_id, 1::DECIMAL(9, 2) AS weight",
      "weight is DECIMAL, not FLOAT or DOUBLE.",
    ],
    ["SELECT ['a'] AS item_id, 'b' AS neighbour_id, 1.0::FLOAT AS weight", "item_id is nested, not STRING."],
    ["SELECT {'item_id': 'a'} AS s, 'b' AS neighbour_id, 1.0::FLOAT AS weight", "There is no column item_id"],
  ])("is refused with other columns: %s", async (query, message) => {
    await expect(rowsOf(await writtenByDuckDb(query))).rejects.toThrow(message);
  });

  it.each([
    ["(NULL, 'b', 1.0)", "item_id is empty in row 2."],
    ["('a', NULL, 1.0)", "neighbour_id is empty in row 2."],
    ["('a', 'b', NULL)", "weight is empty in row 2."],
    ["('a', 'b', 'NaN'::DOUBLE)", "weight is NaN in row 2."],
    ["('a', 'b', 'Infinity'::DOUBLE)", "weight is Infinity in row 2."],
  ])("is refused with a cell that says nothing: %s", async (row, message) => {
    const query = `SELECT * FROM (VALUES ('a', 'b', 1.0::DOUBLE), ${row}) t(item_id, neighbour_id, weight)`;
    await expect(rowsOf(await writtenByDuckDb(query))).rejects.toThrow(message);
  });

  it("is refused when it is not Parquet", async () => {
    await expect(rowsOf(new TextEncoder().encode("item_id,neighbour_id,weight\na,b,1\n"))).rejects.toThrow();
  });
});

describe("lists by place as columns", () => {
  const lists = {
    starts: Uint32Array.of(0, 2, 2, 3),
    items: Uint32Array.of(2, 1, 0),
    weights: Float32Array.of(3, 2, 1),
  };

  it("name each item of a list and its neighbour", () => {
    expect(neighbourColumns(lists, ["a", "b", "c"])).toEqual({
      itemIds: ["a", "a", "c"],
      neighbourIds: ["c", "b", "a"],
      weights: lists.weights,
    });
  });

  it("need an id for each place", () => {
    expect(() => neighbourColumns(lists, ["a", "b"])).toThrow("There is no id for place 2.");
  });
});
