import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import evaluateCommand from "../../scripts/commands/evaluate.ts";
import { parseCsv } from "../../scripts/evaluate/csv.ts";
import { makeFolder, runEvaluate, type TestFolder } from "./files.ts";

let folder: TestFolder;
/** a: 3 users, b: 2, c: 1; u1 has had a and b. */
let train: string;
beforeAll(async () => {
  folder = await makeFolder();
  train = await folder.write("train.csv", "user_id,item_id\nu1,a\nu2,a\nu3,a\nu1,b\nu2,b\nu3,c\n");
});
afterAll(() => folder.remove());

it("ranks by popularity without what the user had, and writes the lists", async () => {
  const test = await folder.write("test.csv", "user_id,item_id\nu1,c\nu3,b\nnew,b\n");
  const lists = join(folder.path, "lists.csv");
  const { status, stdout, stderr } = await runEvaluate([
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
  expect(status).toBe(0);
  const answer = JSON.parse(stdout);
  expect(Object.keys(answer)).toEqual(["model", "protocol", "k", "users", "metrics"]);
  expect(answer).toMatchObject({ model: "popularity", protocol: "given", k: 2, users: 3 });
  const names = ["precision", "recall", "ndcg", "map", "mrr", "hit_rate", "coverage", "gini", "novelty"];
  expect(Object.keys(answer.metrics)).toEqual(names);
  expect(answer.metrics.recall.value).toBe(1);
  expect(answer.metrics.mrr.value).toBeCloseTo((1 + 1 + 1 / 2) / 3);
  expect(parseCsv(await readFile(lists, "utf8"))).toEqual([
    { user_id: "new", rank: "1", item_id: "a" },
    { user_id: "new", rank: "2", item_id: "b" },
    { user_id: "u1", rank: "1", item_id: "c" },
    { user_id: "u3", rank: "1", item_id: "b" },
  ]);
  expect(stderr).not.toContain("never be found");
});

it("prints a table, and warns of held-out rows that can never be found", async () => {
  const test = await folder.write("warned.csv", "user_id,item_id\nu1,c\nu1,a\nu3,x\nu3,y\n");
  const { stdout, stderr } = await runEvaluate(["--interactions", train, "--test", test, "--model", "similarity"]);
  expect(stdout).toContain("2 users, protocol given");
  expect(stdout).toMatch(/^ndcg +\d\.\d{4} +\d\.\d{4} – \d\.\d{4}$/m);
  expect(stderr).toContain(
    "3 of 4 held-out rows can never be found: 2 of items that are not ranked (ranked are those of the training part), " +
      "1 of items that their user has in training",
  );
});

it("fails where no held-out row can be found, and says why", async () => {
  const test = await folder.write("lost.csv", "user_id,item_id\nu1,a\nu3,X\n");
  const { status, stderr } = await runEvaluate(["--interactions", train, "--test", test, "--model", "popularity"]);
  expect(status).toBe(1);
  expect(stderr).toContain("None of the 2 held-out rows can be found: 1 of items that are not ranked");
  expect(stderr).toContain("1 of items that their user has in training");
});

it("takes a test part of new items for cold-items, says so, and ranks what the items file tells of", async () => {
  const test = await folder.write("new.csv", "user_id,item_id\nu1,new\n");
  const items = await folder.write("items.csv", "item_id,name\na,A\nb,B\nc,C\nnew,N\nnever,V\n");
  const files = ["--interactions", train, "--test", test, "--items", items];
  const { stdout } = await runEvaluate([...files, "--model", "popularity", "--json"]);
  expect(JSON.parse(stdout).protocol).toBe("cold-items");
  // u1 has a and b, nobody has the new ones: c alone of five items is recommended.
  expect(JSON.parse(stdout).metrics.coverage.value).toBe(1 / 5);
  const named = await runEvaluate([...files, "--model", "popularity", "--json", "--protocol", "next-item"]);
  expect(named.status).toBe(1);
  expect(named.stderr).toContain("None of the 1 held-out rows can be found");
});

it("goes on from the rows of a given training part, those of the present session among them", async () => {
  const past = "u1,s1,a\nu1,s1,b\nu2,s2,a\nu2,s2,b\nu3,s3,c\nu3,s3,d\nu4,s4,c\nu4,s4,d\n";
  const sessions = await folder.write("sessions.csv", `user_id,session_id,item_id\n${past}u5,s5,c\n`);
  const test = await folder.write("next.csv", "user_id,session_id,item_id\nu5,s5,d\n");
  const files = ["--interactions", sessions, "--test", test, "--protocol", "next-item"];
  const { stdout } = await runEvaluate([...files, "--model", "similarity", "--k", "1", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ protocol: "next-item", users: 1, metrics: { ndcg: { value: 1 } } });
});

it("finds the one next item of hand-made sessions that similarity must find", async () => {
  // Held out: b of u1 to u3 and y of u4; of the others a goes with b, x with y, as sessions of three tell.
  const rows = ["p", "q", "r"].flatMap((user) => [`${user},s,a,1`, `${user},s,b,2`, `${user},s,z,3`]);
  const others = ["v", "w"].flatMap((user) => [`${user},s,x,1`, `${user},s,y,2`, `${user},s,z,3`]);
  const asked = ["u1,t,a,1", "u1,t,b,2", "u4,t,x,1", "u4,t,x,2", "u4,t,y,3", "u4,t,x,4"];
  const path = await folder.write(
    "visits.csv",
    `user_id,session_id,item_id,timestamp\n${[...rows, ...others, ...asked].join("\n")}\n`,
  );
  const lists = join(folder.path, "next-lists.csv");
  const command = ["--interactions", path, "--protocol", "next-item", "--model", "similarity", "--k", "1"];
  const { stdout } = await runEvaluate([...command, "--lists", lists, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ protocol: "next-item", users: 7 });
  const first = new Map(parseCsv(await readFile(lists, "utf8")).map((each) => [each["user_id"], each["item_id"]]));
  expect(first.get("u1")).toBe("b");
  expect(first.get("u4")).toBe("y");
});

it.each([
  [[], /--interactions/],
  [["--interactions", "f"], /--model/],
  [["--interactions", "f", "--model", "popularity", "--k", "0"], /--k/],
  [["--interactions", "TRAIN", "--model", "popularity", "--protocol", "guess"], /no protocol "guess"/],
  [["--interactions", "TRAIN", "--model", "blend", "--protocol", "cold-items"], /give --items FILE/],
  [["--interactions", "TRAIN", "--model", "blend", "--protocol", "temporal"], /needs a timestamp in every row/],
  [["--interactions", "TRAIN", "--model", "blend", "--protocol", "next-item"], /needs a timestamp .* session_id/],
  [["--interactions", "TRAIN", "--test", "EMPTY", "--model", "popularity"], /empty\.csv holds no rows/],
  [["--interactions", "EMPTY", "--model", "popularity"], /empty\.csv holds no rows/],
  [["--interactions", "TRAIN", "--items", "EMPTY", "--model", "popularity"], /empty\.csv holds no rows/],
  [["--interactions", "ONE", "--model", "popularity"], /finds nothing to hold out/],
  [["--interactions", "TRAIN", "--model", "no-such-folder"], /no-such-folder/],
  [["--interactions", "TRAIN", "--model", "popularity", "--lists", "/no-such-folder/l.csv"], /cannot be written/],
])("says what is wrong with %j", async (args, message) => {
  const paths = new Map([
    ["TRAIN", train],
    ["EMPTY", await folder.write("empty.csv", "user_id,item_id\n")],
    ["ONE", await folder.write("one.csv", "user_id,item_id\nu1,a\n")],
  ]);
  await expect(evaluateCommand.run(args.map((each) => paths.get(each) ?? each))).rejects.toThrow(message);
});
