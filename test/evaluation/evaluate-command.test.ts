import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import evaluateCommand from "../../scripts/commands/evaluate.ts";
import { parseCsv } from "../../scripts/evaluate/csv.ts";
import { readFeatures } from "../../scripts/evaluate/read-features.ts";
import { readInteractions } from "../../scripts/evaluate/read-interactions.ts";

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-evaluate-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

it("reads CSV with quotes, line ends inside fields and a byte order mark", () => {
  expect(parseCsv('\uFEFFa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,\n')).toEqual([
    { a: "1", b: 'x, "y"\nz' },
    { a: "2", b: "" },
  ]);
  expect(parseCsv("")).toEqual([]);
  expect(() => parseCsv('a\n"open')).toThrow(/quote/);
});

it("reads times in seconds and ISO 8601, and names the row that is wrong", async () => {
  const path = await file(
    "times.csv",
    "user_id,item_id,timestamp,rating\n1,a,1700000000,4\n2,b,2026-11-21T10:00:00Z,\n",
  );
  expect(await readInteractions(path)).toEqual([
    { userId: "1", itemId: "a", at: 1_700_000_000_000, rating: 4, orderId: null },
    { userId: "2", itemId: "b", at: Date.UTC(2026, 10, 21, 10), rating: null, orderId: null },
  ]);
  const wrong = await file("wrong.csv", "user_id,item_id,timestamp\n1,a,1\n2,b,yesterday\n");
  await expect(readInteractions(wrong)).rejects.toThrow(/row 2: timestamp/);
  await expect(readInteractions(join(folder, "absent.csv"))).rejects.toThrow(/cannot be read/);
});

it("reads features under the names of the source, numbers as numbers", async () => {
  const path = await file("users.csv", "user_id,user_city,country,credit\n1,Nantes,FR,5\n2,Oslo,NO,\n");
  expect([...(await readFeatures(path, "user"))]).toEqual([
    ["1", { city: "Nantes", country: "FR", credit: 5 }],
    ["2", { city: "Oslo", country: "NO", credit: null }],
  ]);
});

it("ranks by popularity without what the user had, and writes the lists", async () => {
  // a: 3 users, b: 2, c: 1; u1 has had a and b.
  const train = await file("train.csv", "user_id,item_id\nu1,a\nu2,a\nu3,a\nu1,b\nu2,b\nu3,c\n");
  const test = await file("test.csv", "user_id,item_id\nu1,c\nu3,b\nnew,b\n");
  const lists = join(folder, "lists.csv");
  const { stdout } = await run(process.execPath, [
    "--input-type=module",
    "--eval",
    `const { default: command } = await import(${JSON.stringify(new URL("../../scripts/commands/evaluate.ts", import.meta.url).href)});
     process.exitCode = await command.run(process.argv.slice(1));`,
    "--",
    "--interactions",
    train,
    "--test",
    test,
    "--model=popularity",
    "--k=2",
    "--lists",
    lists,
    "--json",
  ]);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ model: "popularity", protocol: "given", k: 2, users: 3 });
  expect(Object.keys(answer.metrics)).toEqual(["precision", "recall", "ndcg", "map", "mrr", "hit_rate", "coverage"]);
  expect(answer.metrics.recall.value).toBe(1);
  expect(answer.metrics.mrr.value).toBeCloseTo((1 + 1 + 1 / 2) / 3);
  expect(parseCsv(await readFile(lists, "utf8"))).toEqual([
    { user_id: "new", rank: "1", item_id: "a" },
    { user_id: "new", rank: "2", item_id: "b" },
    { user_id: "u1", rank: "1", item_id: "c" },
    { user_id: "u3", rank: "1", item_id: "b" },
  ]);
});

it.each([
  [[], /--interactions/],
  [["--interactions", "f"], /--model/],
  [["--interactions", "f", "--model", "popularity", "--k", "0"], /--k/],
  [["--interactions", "f", "--model", "popularity", "--protocol", "guess"], /protocol/],
])("says what is wrong with %j", async (args, message) => {
  await expect(evaluateCommand.run(args)).rejects.toThrow(message);
});
