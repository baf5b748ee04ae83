import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type EvaluationRow, type Protocol, splitInteractions } from "../../domain/evaluation/split.ts";
import { createRandom } from "../../scripts/random.ts";
import { makeFolder, runEvaluate, type TestFolder } from "./files.ts";
import { metricsInSql } from "./metrics-in-sql.ts";
import { row } from "./rows.ts";

const SEED = 3;
const K = 7;

let folder: TestFolder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

/** Interactions of 150 users with 60 items, some far more popular than others, in sessions of a few. */
function drawRows(): EvaluationRow[] {
  const random = createRandom(SEED);
  return Array.from({ length: 2_000 }, (_, place) => {
    const taste = Math.floor(random() * 150);
    const item = (Math.floor(60 * random() ** 2) + (taste % 5) * 12) % 60;
    return row(`user "${taste}"`, `item, ${item}`, { at: place * 60_000, sessionId: `${taste} ${place % 3}` });
  });
}

function write(name: string, rows: readonly EvaluationRow[]): Promise<string> {
  return folder.writeRows(
    name,
    rows.map(({ userId, itemId, at, sessionId }) => ({
      user_id: userId,
      item_id: itemId,
      session_id: sessionId ?? "",
      timestamp: new Date(at ?? 0).toISOString(),
    })),
  );
}

it.each<[Protocol, string]>([
  ["random", "similarity"],
  ["leave-one-out", "popularity"],
  ["temporal", "similarity"],
  ["cold-items", "popularity"],
  ["next-item", "similarity"],
  ["random", "blend"],
])("%s, %s: every metric is what SQL makes of the lists", async (protocol, model) => {
  const rows = drawRows();
  const items = await folder.writeRows(
    "items.csv",
    [...new Set(rows.map((each) => each.itemId))].map((itemId, place) => ({ item_id: itemId, colour: place % 4 })),
  );
  const parts = splitInteractions(rows, protocol, createRandom(SEED));
  if (!parts.ok) throw new Error(parts.error.kind);
  const train = await write("train.csv", parts.value.train);
  const test = await write("test.csv", parts.value.test);
  const lists = join(folder.path, "lists.csv");
  const { stdout, stderr, status } = await runEvaluate(
    [
      ["--interactions", await write("all.csv", rows), "--items", items, "--lists", lists, "--json"],
      ["--protocol", protocol, "--model", model, "--k", String(K), "--seed", String(SEED)],
    ].flat(),
  );
  expect(status, stderr).toBe(0);
  const answer = JSON.parse(stdout);
  const ranked = protocol === "cold-items" ? items : train;
  const { users, ...expected } = await metricsInSql({ train, test, lists, ranked, k: K });
  expect(answer.users).toBe(users);
  expect(Object.keys(answer.metrics).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    expect(Math.abs(answer.metrics[name].value - value), name).toBeLessThan(1e-9);
    expect(answer.metrics[name].low, name).toBeLessThanOrEqual(value + 1e-9);
    expect(answer.metrics[name].high, name).toBeGreaterThanOrEqual(value - 1e-9);
  }
  // The lists say something, but in the one case where they cannot: nobody ever had what is asked for.
  expect(answer.metrics.ndcg.value > 0).toBe(protocol !== "cold-items");
  expect(answer.metrics.coverage.value).toBeGreaterThan(0);
});
