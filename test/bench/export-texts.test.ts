import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { describe, expect, it } from "vitest";

import type { FileTable } from "../../domain/lake/lake-table.ts";
import { CREATED_BY, lakeMetadata } from "../../platform/parquet/encode-lake-file.ts";
import { encodedTexts } from "../../platform/parquet/encoded-texts.ts";
import { LakeFileWriter } from "../../platform/parquet/lake-file-writer.ts";
import { lakeSchema } from "../../platform/parquet/lake-schema.ts";
import { readParquetBytes } from "../../platform/parquet/read-parquet.ts";

const ROWS = 10_000;
const TABLE: FileTable = {
  name: "texts",
  version: 1,
  columns: [{ name: "text", type: "string", nullable: true, unit: null, meaning: "Of a test." }],
};
type Texts = (string | null)[];

const texts = (textOf: (row: number) => string | null): Texts => Array.from({ length: ROWS }, (_, row) => textOf(row));

/** What the library makes of texts when nothing is done to them before. */
function byLibrary(cells: Texts): Uint8Array {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: lakeSchema(TABLE),
    createdBy: CREATED_BY,
    kvMetadata: lakeMetadata(TABLE),
  });
  void parquet.write({ columnData: [{ name: "text", data: cells }], rowGroupSize: ROWS });
  void parquet.finish();
  return writer.getBytes();
}

async function written(cells: Texts): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const writer = new LakeFileWriter(TABLE, async (bytes) => {
    chunks.push(bytes.slice());
  });
  await writer.writeGroup(ROWS, async () => cells);
  await writer.finish();
  return new Uint8Array(Buffer.concat(chunks));
}

describe("texts that are encoded together", () => {
  it.each([
    ["all different", texts((row) => `text number ${row}`), true],
    ["of very different lengths, some empty", texts((row) => "x".repeat((row * 7_919) % 300)), false],
    ["different, with nulls", texts((row) => (row % 3 === 0 ? null : `text ${row}`)), true],
    ["longer than what bounds hold", texts((row) => `${"long ".repeat(40)}${row}`), true],
    ["repeated", texts((row) => `text ${row % 40}`), false],
    ["repeated one after the other", texts((row) => `user ${Math.floor(row / 5)}`), true],
    ["not all of ASCII", texts((row) => (row === 9_999 ? "Zürich" : `Zurich ${row}`)), false],
    ["of halves of characters", texts((row) => (row === 5_000 ? "\uD800" : `half ${row}`)), false],
    ["all null", texts(() => null), false],
  ])("make the same file when they are %s", async (_, cells, encodedBefore) => {
    const file = await written(cells);
    expect(Buffer.compare(file, byLibrary(cells))).toBe(0);
    const read = (await readParquetBytes(file)).map(({ text }) => text);
    expect(read).toEqual(cells.map((cell) => cell?.replace("\uD800", "\uFFFD") ?? null));
    expect(encodedTexts(cells) !== cells).toBe(encodedBefore);
  });
});
