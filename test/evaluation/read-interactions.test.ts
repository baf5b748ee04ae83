import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { parseCsv } from "../../scripts/evaluate/csv.ts";
import { readFeatures } from "../../scripts/evaluate/read-features.ts";
import { readInteractions } from "../../scripts/evaluate/read-interactions.ts";
import { queryDuckDb } from "../lake/duckdb.ts";
import { makeFolder, type TestFolder } from "./files.ts";
import { row } from "./rows.ts";

let folder: TestFolder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

it("reads CSV with quotes, line ends inside fields and a byte order mark", () => {
  expect(parseCsv('\uFEFFa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,\n')).toEqual([
    { a: "1", b: 'x, "y"\nz' },
    { a: "2", b: "" },
  ]);
  expect(parseCsv("")).toEqual([]);
  expect(() => parseCsv('a\n"open')).toThrow(/quote/);
});

it("reads every column of the contract, and takes what is empty for unknown", async () => {
  const path = await folder.write(
    "all.csv",
    "user_id,item_id,rating,timestamp,session_id,order_id,quantity,price,colour\n" +
      "1,a,4,1700000000,s1,o1,2,3.50,red\n2,b,,,,,,,\n",
  );
  const at = 1_700_000_000_000;
  expect(await readInteractions(path)).toEqual([
    row("1", "a", { rating: 4, at, sessionId: "s1", orderId: "o1", quantity: 2 }),
    row("2", "b"),
  ]);
});

it.each([
  ["1700000000", Date.UTC(2023, 10, 14, 22, 13, 20)],
  ["1700000000.5", Date.UTC(2023, 10, 14, 22, 13, 20, 500)],
  ["2026-11-21", Date.UTC(2026, 10, 21)],
  ["2026-11-21T10:00:00Z", Date.UTC(2026, 10, 21, 10)],
  ["2026-11-21T10:00:00.250+02:00", Date.UTC(2026, 10, 21, 8, 0, 0, 250)],
  // Without a zone it is UTC, wherever the command runs.
  ["2026-11-21 10:00:00", Date.UTC(2026, 10, 21, 10)],
  ["2026-11-21 10:00:00+01", Date.UTC(2026, 10, 21, 9)],
])("reads the time %s", async (text, at) => {
  const path = await folder.write("time.csv", `user_id,item_id,timestamp\n1,a,${text}\n`);
  expect(await readInteractions(path)).toEqual([row("1", "a", { at })]);
});

it("reads Parquet with its types", async () => {
  const path = join(folder.path, "rows.parquet");
  await queryDuckDb(
    `COPY (SELECT 7 AS user_id, 'a' AS item_id, 3::BIGINT AS quantity, NULL::VARCHAR AS session_id, 1.5 AS price,
                  TIMESTAMP '2026-11-21 10:00:00' AS "timestamp") TO '${path}' (FORMAT parquet)`,
  );
  expect(await readInteractions(path)).toEqual([row("7", "a", { quantity: 3, at: Date.UTC(2026, 10, 21, 10) })]);
});

it.each([
  ["user_id", "", /needs an id/],
  ["item_id", "", /needs an id/],
  ["rating", "good", /needs a number/],
  ["quantity", "two", /needs a number/],
  ["price", "1;5", /needs a number/],
  ["timestamp", "yesterday", /seconds .* or ISO 8601/],
  ["timestamp", "1700000000000", /not milliseconds/],
  ["timestamp", "2026-13-45", /seconds .* or ISO 8601/],
])("names file, row, column and value where %s is %j", async (column, value, message) => {
  const good = { user_id: "1", item_id: "a", rating: "", timestamp: "", session_id: "", quantity: "", price: "" };
  const path = await folder.writeRows("wrong.csv", [good, { ...good, [column]: value }]);
  const failure = readInteractions(path);
  await expect(failure).rejects.toThrow(`${path}, row 2, column ${column}: "${value}"`);
  await expect(failure).rejects.toThrow(message);
});

it.each([
  ["user,item_id\n1,a\n", /no column user_id: it has user, item_id/],
  ["user_id,item_id\n", /holds no rows/],
  ["", /holds no rows/],
])("refuses %j", async (text, message) => {
  await expect(readInteractions(await folder.write("refused.csv", text))).rejects.toThrow(message);
});

it("says that a file cannot be read", async () => {
  await expect(readInteractions(join(folder.path, "absent.csv"))).rejects.toThrow(/absent\.csv cannot be read/);
});

it("reads features under the names of the source, numbers as numbers", async () => {
  const path = await folder.write("users.csv", "user_id,user_city,country,credit\n1,Nantes,FR,5\n2,Oslo,NO,\n");
  expect([...(await readFeatures(path, "user"))]).toEqual([
    ["1", { city: "Nantes", country: "FR", credit: 5 }],
    ["2", { city: "Oslo", country: "NO", credit: null }],
  ]);
});
