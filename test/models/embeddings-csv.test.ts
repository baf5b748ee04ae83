import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  embeddingCsvLine,
  EMBEDDINGS_CSV_HEADER,
  EMBEDDINGS_CSV_LINE_MAX_CHARACTERS,
  parseEmbeddingsCsv,
} from "../../domain/models/embeddings-csv.ts";
import { EmbeddingTable } from "../../domain/models/embedding-table.ts";

/** Parses `text` handed over in pieces of `size` characters. */
async function parse(text: string, size = 7): Promise<string[]> {
  async function* chunks(): AsyncGenerator<string> {
    for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
  }
  const lines: string[] = [];
  for await (const row of parseEmbeddingsCsv(chunks()))
    lines.push(row.ok ? `${row.value.id}=${row.value.embedding.join(" ")}` : `${row.error.line}: ${row.error.message}`);
  return lines;
}

it.each([
  ["quoted, as pandas writes them", 'id,embedding\nP10_1001,"[0.5, -1e-2]"\n', ["P10_1001=0.5 -0.009999999776482582"]],
  ["of one number", "id,embedding\n103,[2]\n", ["103=2"]],
  [
    "with the ends of lines of Windows, a byte order mark, and no end at the end",
    '\uFEFFid,embedding\r\na,"[1]"\r\nb,"[2]"',
    ["a=1", "b=2"],
  ],
  ["with empty lines between", 'id,embedding\n\na,"[1]"\n\n', ["a=1"]],
  ["with quoted ids", 'id,embedding\n"a, ""b""","[1]"\n', ['a, "b"=1']],
])("reads rows %s", async (_, text, expected) => {
  expect(await parse(text)).toEqual(expected);
});

it("reads back what it wrote, wherever the text is cut", async () => {
  const id = fc.string({ minLength: 1 }).filter((text) => !/[\r\n\uFEFF]/.test(text) && text.trim() === text);
  const float = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  await fc.assert(
    fc.asyncProperty(
      id,
      fc.array(float, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      async (name, values, size) => {
        const text = `${EMBEDDINGS_CSV_HEADER}\n${embeddingCsvLine(name, values)}`;
        expect(await parse(text, size)).toEqual([`${name}=${values.join(" ")}`]);
      },
    ),
  );
});

describe("names the line of", () => {
  it.each([
    ["a wrong header", "item,vector\na,[1]", ['1: the header must be "id,embedding"']],
    ["an empty file", "", ['1: the header must be "id,embedding"']],
    ["a row without a comma", "id,embedding\na", ['2: expected an id, a comma and the embedding as "[0.1, 0.2, …]"']],
    [
      "an embedding without brackets",
      'id,embedding\na,"1, 2"',
      ['2: the embedding of "a" is not a list of finite numbers such as "[0.1, 0.2]"'],
    ],
    [
      "text among the numbers",
      'id,embedding\na,"[1, ""x""]"',
      ['2: the embedding of "a" is not a list of finite numbers such as "[0.1, 0.2]"'],
    ],
    [
      "a number that overflows",
      'id,embedding\na,"[1e99]"',
      ['2: the embedding of "a" is not a list of finite numbers such as "[0.1, 0.2]"'],
    ],
    [
      "an empty embedding",
      'id,embedding\na,"[]"',
      ['2: the embedding of "a" is not a list of finite numbers such as "[0.1, 0.2]"'],
    ],
    [
      "another length, and goes on",
      'id,embedding\na,[1]\nb,"[1, 2]"\nc,[3]',
      ["a=1", '3: the embedding of "b" has 2 numbers, those before it 1', "c=3"],
    ],
  ])("%s", async (_, text, expected) => {
    expect(await parse(text)).toEqual(expected);
  });

  it("a line without end, of which it keeps no more than the bound", async () => {
    const text = `id,embedding\na,"[${"1,".repeat(EMBEDDINGS_CSV_LINE_MAX_CHARACTERS)}1]"`;
    expect(await parse(text, 65_536)).toEqual([expect.stringContaining('2: the embedding of "a" is not a list')]);
  });
});

it.each([[[1]], [[1, 2, 3]]])("a table takes no embedding of another length: %j", (embedding) => {
  const table = new EmbeddingTable(2);
  expect(() => table.add("a", Float32Array.from(embedding))).toThrow(RangeError);
  expect(table.has("a")).toBe(false);
});
