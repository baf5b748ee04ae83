import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { writeModelFolder } from "../../scripts/models/write-model-folder.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { embeddingsCsv, putItems } from "./shop.ts";

let runtime: TestRuntime;
let folder: string;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  runtime = await startRuntime();
  await putItems(runtime, [{ itemId: "car", category: "Cars" }]);
  folder = await mkdtemp(join(tmpdir(), "endcap-models-"));
  const { url } = await runtime.harness.listen();
  environment = {
    ...process.env,
    ENDCAP_URL: url.origin,
    ENDCAP_SECRET_KEY: TEST_KEYS.secret,
    ENDCAP_S3_ENDPOINT: `${url.origin}/cdn-cgi/local/r2/s3`,
    AWS_ACCESS_KEY_ID: "endcap-local",
    AWS_SECRET_ACCESS_KEY: "endcap-local-secret",
  };
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs `endcap models …` as a person would. */
async function endcap(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const run = promisify(execFile)(process.execPath, ["scripts/endcap.ts", "models", ...args], { env: environment });
  return run.then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ ...error, status: error.code }),
  );
}

async function writeTowers(name: string, dimension: number): Promise<string> {
  const path = join(folder, name);
  const encoders = (feature: string) => [{ kind: "category" as const, feature, vocabulary: ["Cars"], table: "table" }];
  await writeModelFolder(
    path,
    {
      format: 1,
      version: name,
      created_at: "2026-11-21T00:00:00.000Z",
      dimension,
      metric: "dot",
      user_tower: { encoders: encoders("country_code"), layers: [], normalize: false },
      item_tower: { encoders: encoders("category"), layers: [], normalize: false },
    },
    new Map([["table", { shape: [2, 2], values: Float32Array.of(0, 1, 1, 0) }]]),
  );
  return path;
}

it("publishes what a trainer wrote, activates it, and goes back", async () => {
  const first = await endcap("publish", await writeTowers("first", 2), "--json");
  expect(first).toMatchObject({ status: 0, stdout: '{"version":"first"}\n' });
  const activated = await endcap("activate", "first");
  expect(activated).toMatchObject({ status: 0, stdout: "first is active.\n" });
  expect(activated.stderr).toContain("the runtime answers with first");
  await endcap("publish", await writeTowers("second", 2));
  await endcap("activate", "second", "--no-wait");
  expect(await endcap("rollback", "--json", "--no-wait")).toMatchObject({ status: 0, stdout: '{"version":"first"}\n' });
  const { stdout } = await endcap("list");
  expect(stdout).toMatch(/^version +state .*\nsecond +indexed, previous .*\nfirst +active .*\n$/);
});

it("publishes a folder of embeddings as it is, under a name that follows from its content", async () => {
  const path = join(folder, "pipeline");
  await mkdir(join(path, "embeddings"), { recursive: true });
  await writeFile(join(path, "embeddings", "item_embeddings.csv"), embeddingsCsv({ car: [1, 0, 0] }));
  await writeFile(join(path, "embeddings", "user_embeddings.csv"), embeddingsCsv({ 103: [0, 1, 0] }));
  const { status, stdout, stderr } = await endcap("publish", path, "--json");
  expect(status, stderr).toBe(0);
  const { version } = JSON.parse(stdout);
  expect(version).toMatch(/^csv-[0-9a-f]{8}$/);
  expect(await runtime.call(`/v1/models/${version}`)).toMatchObject({ body: { state: "indexed", dimension: 3 } });
  // Again: nothing changes, the same answer.
  expect(await endcap("publish", path, "--json")).toMatchObject({ status: 0, stdout });
});

it("says every problem of a refused model and fails", async () => {
  const { status, stdout, stderr } = await endcap("publish", await writeTowers("refused", 3));
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("user_tower: its embeddings have 2 numbers, the manifest says 3.");
  expect(stderr).toContain("item_tower: its embeddings have 2 numbers, the manifest says 3.");
});

it.each([
  ["a folder that is not there", ["publish", "/nowhere"], "There is no folder /nowhere."],
  ["a folder that is no model", ["publish", "docs"], "docs is no model"],
  ["no folder", ["publish"], "Say which folder"],
  ["an unknown version", ["activate", "absent"], 'There is no model version "absent"'],
  ["an unknown action", ["dance"], "Say what to do"],
])("fails in one line for %s", async (_, args, message) => {
  const { status, stderr } = await endcap(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it("refuses to publish other files under a name that is taken", async () => {
  const path = await writeTowers("first", 2);
  await writeModelFolder(
    path,
    {
      format: 1,
      version: "first",
      created_at: "2026-11-22T00:00:00.000Z",
      dimension: 2,
      metric: "dot",
      user_tower: {
        encoders: [{ kind: "one_hot", feature: "x", vocabulary: ["a", "b"] }],
        layers: [],
        normalize: false,
      },
      item_tower: {
        encoders: [{ kind: "one_hot", feature: "x", vocabulary: ["a", "b"] }],
        layers: [],
        normalize: false,
      },
    },
    new Map(),
  );
  const { status, stderr } = await endcap("publish", path);
  expect(status).toBe(1);
  expect(stderr).toContain("Choose another name");
});
