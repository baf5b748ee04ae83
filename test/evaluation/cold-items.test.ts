import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { drawSome } from "../../domain/evaluation/draw.ts";
import { parseCsv } from "../../scripts/evaluate/csv.ts";
import { createRandom } from "../../scripts/random.ts";
import { type CommandRun, makeFolder, runEvaluate, type TestFolder } from "./files.ts";

const COLOURS = ["red", "green", "blue"] as const;
const SHAPES = ["round", "square", "flat", "tall"] as const;
const OLD_OF_KIND = 4;
const USERS_OF_KIND = 6;
/** Of other kinds than the own, so that a past is not of one kind alone. */
const STRAY_ITEMS = 2;
const K = 3;

let folder: TestFolder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

/**
 * Everyone likes things of one colour and shape, and has had the four old ones of this kind and two others; the new one
 * of each kind has no row in training.
 */
async function writeShop(): Promise<{ train: string; test: string; items: string; users: string }> {
  const random = createRandom(2);
  const kinds = COLOURS.flatMap((colour) => SHAPES.map((shape) => ({ kind: `${colour} ${shape}`, colour, shape })));
  const old = kinds.flatMap((kind) =>
    Array.from({ length: OLD_OF_KIND }, (_, item) => ({ item_id: `${kind.kind} ${item}`, ...kind })),
  );
  const fresh = kinds.map((kind) => ({ item_id: `${kind.kind} new`, ...kind }));
  const users = kinds.flatMap(({ kind }) =>
    Array.from({ length: USERS_OF_KIND }, (_, user) => ({ user_id: `${kind} ${user}`, likes: kind })),
  );
  const train = users.flatMap(({ user_id, likes }) => {
    const others = drawSome(
      old.filter(({ kind }) => kind !== likes),
      STRAY_ITEMS,
      random,
    );
    return [...old.filter(({ kind }) => kind === likes), ...others].map(({ item_id }) => ({ user_id, item_id }));
  });
  const test = users.map(({ user_id, likes }) => ({ user_id, item_id: `${likes} new` }));
  return {
    train: await folder.writeRows("train.csv", train),
    test: await folder.writeRows("test.csv", test),
    items: await folder.writeRows("items.csv", [...old, ...fresh]),
    users: await folder.writeRows("users.csv", users),
  };
}

it("finds new items by their content, among all old ones", async () => {
  const { train, test, items, users } = await writeShop();
  const lists = join(folder.path, "lists.csv");
  const evaluate = (model: string): Promise<CommandRun> =>
    runEvaluate(
      [
        ["--interactions", train, "--test", test, "--items", items, "--users", users],
        ["--model", model, "--k", String(K), "--lists", lists, "--json"],
      ].flat(),
    );
  const { stdout, stderr, status } = await evaluate("blend");
  expect(status, stderr).toBe(0);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ protocol: "cold-items", users: COLOURS.length * SHAPES.length * USERS_OF_KIND });
  // The one item left of what they like; a draw of three from 54 would find it once in eighteen times.
  expect(answer.metrics.recall.value).toBeGreaterThan(0.9);
  const listed = parseCsv(await readFile(lists, "utf8"));
  const own = listed.filter(({ user_id = "", item_id = "" }) => item_id === user_id.replace(/\d+$/, "new"));
  expect(own.length).toBe(Math.round(answer.metrics.recall.value * answer.users));
  for (const baseline of ["popularity", "similarity"])
    expect(JSON.parse((await evaluate(baseline)).stdout).metrics.recall.value).toBe(0);
});
