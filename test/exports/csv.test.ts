import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

import { type CsvCell, csvLine } from "../../domain/exports/csv.ts";

/** DuckDB must be told that a text of no characters is not a missing one. */
const OPTIONS = "header = true, allow_quoted_nulls = false";
const CASES = 5;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-csv-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each<[string, CsvCell[], string]>([
  ["numbers", [1, 0.5, -2, 10n, 9_007_199_254_740_993n], "1,0.5,-2,10,9007199254740993\r\n"],
  ["truths", [true, false], "true,false\r\n"],
  ["nothing", [null, null, "a"], ",,a\r\n"],
  ["an empty text", ["", "a"], '"",a\r\n'],
  ["a comma", ["a,b"], '"a,b"\r\n'],
  ["a quote", ['5" wide'], '"5"" wide"\r\n'],
  ["ends of lines", ["a\nb", "a\rb"], '"a\nb","a\rb"\r\n'],
  ["spaces at an end", [" a", "a "], '" a","a "\r\n'],
])("writes %s", (_, cells, line) => {
  expect(csvLine(cells)).toBe(line);
});

type Row = readonly [text: string | null, number: number | null, truth: boolean | null, count: bigint | null];

async function readBack(rows: readonly Row[]): Promise<unknown[][]> {
  const path = join(folder, "rows.csv");
  await writeFile(path, csvLine(["text", "number", "truth", "count"]) + rows.map((row) => csvLine(row)).join(""));
  const types = "columns = {text: 'VARCHAR', number: 'DOUBLE', truth: 'BOOLEAN', count: 'BIGINT'}";
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(`SELECT * FROM read_csv('${path}', ${OPTIONS}, ${types})`);
    return reader.getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it("keeps what DuckDB reads back, cell by cell", async () => {
  const rows: Row[] = [
    ["plain", 1, true, 1n],
    ["", 0.1, false, 0n],
    [null, null, null, null],
    ["a,b", -1e-7, true, 9_007_199_254_740_993n],
    ['"quoted"', 1e300, false, -1n],
    ["two\nlines", 5, true, 2n],
    ["carriage\rreturn", 5, true, 2n],
    ["\r\n", 5, true, 2n],
    [" spaces ", 5, true, 2n],
    ["NULL", 5, true, 2n],
    ["null", 5, true, 2n],
    ["ünïcode 模型 🚢", 5, true, 2n],
    ["#no comment", 5, true, 2n],
    ["\\N", 5, true, 2n],
    ['back\\slash"', 5, true, 2n],
    ["'single'", 5, true, 2n],
    ["a;b|c\td", 5, true, 2n],
  ];
  expect(await readBack(rows)).toEqual(rows);
});

it("keeps any texts and numbers", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", " ", "a") }),
  );
  const row = fc.tuple(
    fc.option(text.map((value) => value.replaceAll("\0", ""))),
    fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
    fc.option(fc.boolean()),
    fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 30, maxLength: 60 }), async (rows) => {
      expect(await readBack(rows)).toEqual(rows);
    }),
    { numRuns: CASES },
  );
});
