import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { acquireLease } from "../../platform/d1/lease-store.ts";
import { recordPublished } from "../../platform/d1/models.ts";
import { MODELS_CRON } from "../../workers/crons/crons.ts";
import { UPLOAD_SETTLED_MILLISECONDS } from "../../workers/crons/uploaded-models.ts";
import { VERSION_LEASE_SECONDS, VersionLease, versionLeaseName } from "../../workers/workflows/model/version-lease.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { embeddingsCsv, putCompleteRun, putFile, putItems, putTowerModel, putUsers } from "./shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/models/indexing-worker.ts" });
  await putItems(runtime, [
    { itemId: "car", category: "Cars" },
    { itemId: "ship", category: "Ships" },
  ]);
  await putUsers(runtime, { u1: "FR", u2: "US" });
  await putCompleteRun(runtime, 1);
  await runtime.call("/v1/catalogue?through=1");
});
afterAll(() => runtime.close());

/** Looks through the bucket as at this many milliseconds from now. @returns the versions whose publication it started */
async function look(later = 0): Promise<string[]> {
  return (await runtime.call(`/v1/uploads?at=${Date.now() + later}`)).body;
}

async function becomes(version: string, state: string): Promise<string[]> {
  return eventually(async () => {
    const { body } = await runtime.call(`/v1/models/${version}`);
    return body.state === state ? body.problems : null;
  });
}

async function openNotices(): Promise<string[]> {
  const { body } = await runtime.call("/v1/notices?open=true&limit=100");
  return body.data.map(({ kind, subject, message }: Record<string, string>) => `${kind} ${subject}: ${message}`);
}

async function remove(version: string): Promise<void> {
  const { objects } = await runtime.env.MODELS.list({ prefix: `${version}/` });
  await runtime.env.MODELS.delete(objects.map(({ key }) => key));
}

it("the cron publishes a folder as soon as its manifest and all that it lists are there, and once", async () => {
  const { weights } = await putTowerModel(runtime, "towers");
  await runtime.env.MODELS.delete(`towers/${WEIGHTS_FILE}`);
  // A tool that uploads in any order: the manifest came first.
  expect(await look()).toEqual([]);
  await putFile(runtime, "towers", WEIGHTS_FILE, weights);
  await runtime.harness.getWorker().scheduled({ cron: MODELS_CRON });
  expect(await becomes("towers", "indexed")).toEqual([]);
  expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual([]);
  const vectors = await runtime.env.VECTOR_INDEX.getByIds(["towers~car", "towers~ship"]);
  expect(vectors).toHaveLength(2);
});

it("an upload that never becomes whole is refused once it stands still", async () => {
  await putTowerModel(runtime, "torn");
  await runtime.env.MODELS.delete(`torn/${WEIGHTS_FILE}`);
  expect(await look()).toEqual([]);
  expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual(["torn"]);
  expect(await becomes("torn", "refused")).toContain("weights.safetensors is listed in the manifest and missing.");
  await remove("torn");
});

describe.each([
  ["at the top", ""],
  ["in embeddings/", "embeddings/"],
])("a folder of the two files of embeddings %s", (_, folder) => {
  const version = folder === "" ? "top" : "below";

  it("is published without a manifest once it has settled", async () => {
    await putFile(runtime, version, `${folder}${ITEM_EMBEDDINGS_FILE}`, embeddingsCsv({ car: [1, 0], ship: [0, 1] }));
    await putFile(runtime, version, `${folder}${USER_EMBEDDINGS_FILE}`, embeddingsCsv({ u1: [1, 0], u2: [0, 1] }));
    expect(await look()).toEqual([]);
    expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual([version]);
    expect(await becomes(version, "indexed")).toEqual([]);
    expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual([]);
  });
});

it("a refused folder is tried again when its files change, and not before", async () => {
  await putFile(
    runtime,
    "mended",
    `embeddings/${ITEM_EMBEDDINGS_FILE}`,
    embeddingsCsv({ car: [1, 0], x: [1, 0], y: [0, 1] }),
  );
  await putFile(runtime, "mended", `embeddings/${USER_EMBEDDINGS_FILE}`, embeddingsCsv({ u1: [1, 0], u2: [0, 1] }));
  expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual(["mended"]);
  expect(await becomes("mended", "refused")).toContainEqual(expect.stringContaining("made for another shop"));
  expect(await openNotices()).toContainEqual(
    expect.stringContaining("model_refused mended: The model mended was refused: 1 problem."),
  );
  expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual([]);
  await putFile(runtime, "mended", `embeddings/${ITEM_EMBEDDINGS_FILE}`, embeddingsCsv({ car: [1, 0], ship: [0, 1] }));
  expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual(["mended"]);
  expect(await becomes("mended", "indexed")).toEqual([]);
  expect(await openNotices()).not.toContainEqual(expect.stringContaining("model_refused mended"));
});

it("tells once of folders that are no versions and of files in no folder, until they are gone", async () => {
  await putFile(runtime, "My Model", MANIFEST_FILE, "{}");
  await runtime.env.MODELS.put(ITEM_EMBEDDINGS_FILE, "id,embedding\n");
  expect(await look()).toEqual([]);
  expect(await look()).toEqual([]);
  const told = (await openNotices()).filter((notice) => /My Model|^model_refused item_/.test(notice));
  expect(told).toEqual([
    expect.stringContaining('The file "item_embeddings.csv" lies at the top of the bucket'),
    expect.stringContaining('The folder "My Model" in the bucket of models is no model version'),
  ]);
  await runtime.env.MODELS.delete([`My Model/${MANIFEST_FILE}`, ITEM_EMBEDDINGS_FILE]);
  await look();
  expect((await openNotices()).filter((notice) => /My Model|^model_refused item_/.test(notice))).toEqual([]);
});

it("takes up a publication whose instance died, and leaves one that is at work alone", async () => {
  await putTowerModel(runtime, "died");
  await recordPublished(runtime.env.DB, "died", 1);
  await acquireLease(runtime.env.DB, versionLeaseName("died"), "somebody", new Date(), 1);
  expect(await look()).toEqual([]);
  expect(await look(2_000)).toEqual(["died"]);
  expect(await becomes("died", "indexed")).toEqual([]);
});

it("two instances for one version do not meet: the second finds the work done", async () => {
  await putTowerModel(runtime, "twice");
  await recordPublished(runtime.env.DB, "twice", 1);
  const instances = await Promise.all(
    [1, 2].map(() => runtime.env.MODEL_WORKFLOW.create({ params: { version: "twice" } })),
  );
  for (const { id } of instances)
    await eventually(async () => (await (await runtime.env.MODEL_WORKFLOW.get(id)).status()).status === "complete");
  expect(await becomes("twice", "indexed")).toEqual([]);
  const lease = await runtime.env.DB.prepare("SELECT 1 FROM leases WHERE name = 'model:twice'").first();
  expect(lease).toBeNull();
});

it("an instance whose turn went to another one has lost it, even when that one is done", async () => {
  const { DB } = runtime.env;
  const silent = new VersionLease(DB, "turns", "silent");
  expect(await silent.take()).toBe(true);
  const expire = (): Promise<unknown> =>
    DB.prepare("UPDATE leases SET expires_at = expires_at - ? WHERE name = 'model:turns'")
      .bind((VERSION_LEASE_SECONDS + 1) * 1000)
      .run();
  await expire();
  // Nobody was waiting for it.
  expect(await silent.renew()).toBe(true);
  await expire();
  const other = new VersionLease(DB, "turns", "other");
  expect(await other.take()).toBe(true);
  expect(await silent.renew()).toBe(false);
  await other.release();
  expect(await silent.renew()).toBe(false);
  expect(await new VersionLease(DB, "turns", "third").take()).toBe(true);
});

it("what a publication left in the index goes when another one takes its place, or is refused", async () => {
  const stored = async (): Promise<string[]> =>
    (await runtime.env.VECTOR_INDEX.getByIds(["again~car", "again~ship"])).map(({ id }) => id);
  await putTowerModel(runtime, "again");
  await look();
  await becomes("again", "indexed");
  expect((await stored()).sort()).toEqual(["again~car", "again~ship"]);
  await remove("again");
  await recordPublished(runtime.env.DB, "again", 1);
  await putFile(runtime, "again", ITEM_EMBEDDINGS_FILE, embeddingsCsv({ car: [1, 0] }));
  await putFile(runtime, "again", USER_EMBEDDINGS_FILE, embeddingsCsv({ u1: [1, 0], u2: [0, 1] }));
  await look(UPLOAD_SETTLED_MILLISECONDS);
  await becomes("again", "indexed");
  await eventually(async () => (await stored()).join() === "again~car");
  await recordPublished(runtime.env.DB, "again", 1);
  await putFile(runtime, "again", ITEM_EMBEDDINGS_FILE, "id,embedding\ncar,oops\n");
  await look(UPLOAD_SETTLED_MILLISECONDS);
  await becomes("again", "refused");
  await eventually(async () => (await stored()).length === 0);
});

it("tells whoever overwrites a published version, until it is put back", async () => {
  await putTowerModel(runtime, "towers", { description: "another" });
  expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual([]);
  expect(await openNotices()).toContainEqual(
    expect.stringContaining("The folder of the published model towers was changed."),
  );
  await putTowerModel(runtime, "towers");
  await look();
  expect(await openNotices()).not.toContainEqual(expect.stringContaining("model towers was changed"));
});

describe("whoever overwrites one file of a published version under the same manifest is told, until it is put back", () => {
  const csv = embeddingsCsv({ car: [1, 0], ship: [0, 1] });

  it.each([
    ["weights", "towers", WEIGHTS_FILE],
    ["a CSV of a folder of embeddings alone", "top", USER_EMBEDDINGS_FILE],
    ["the weights that the runtime added to one", "top", WEIGHTS_FILE],
    ["a CSV in embeddings/", "below", `embeddings/${ITEM_EMBEDDINGS_FILE}`],
  ])("%s", async (_, version, file) => {
    const told = async (): Promise<string[]> =>
      (await openNotices()).filter((notice) => notice.includes(`published model ${version} was changed`));
    await look(UPLOAD_SETTLED_MILLISECONDS);
    expect(await told()).toEqual([]);
    const object = await runtime.env.MODELS.get(`${version}/${file}`);
    const before = new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(before.length).toBeGreaterThan(0);
    await putFile(runtime, version, file, csv.replace("car", "cab"));
    expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual([]);
    expect(await told()).toHaveLength(1);
    await putFile(runtime, version, file, before);
    await look(UPLOAD_SETTLED_MILLISECONDS);
    expect(await told()).toEqual([]);
  });
});

it("files that are replaced while their folder is published are not served: it is published once more", async () => {
  await putTowerModel(runtime, "swapped");
  // Its end is held up until the files are replaced.
  await runtime.env.DB.prepare(
    `CREATE TRIGGER held BEFORE UPDATE ON models WHEN new.version = 'swapped' AND new.state = 'indexed'
     BEGIN SELECT RAISE(ABORT, 'held'); END`,
  ).run();
  expect(await look()).toEqual(["swapped"]);
  await becomes("swapped", "validated");
  await putTowerModel(runtime, "swapped", { description: "another" });
  await runtime.env.DB.prepare("DROP TRIGGER held").run();
  expect(await becomes("swapped", "published")).toEqual([]);
  await eventually(async () => (await look()).includes("swapped"));
  expect(await becomes("swapped", "indexed")).toEqual([]);
  expect((await runtime.call("/v1/models/swapped")).body.description).toBe("another");
});

it("a retired version leaves no vectors, user embeddings and parts behind, and its folder is not published again", async () => {
  const part = async (): Promise<number> => {
    const { objects } = await runtime.env.RUNTIME.list({ prefix: "catalogue/" });
    return objects.filter(({ key }) => key.endsWith("/vectors-top.bin")).length;
  };
  const users = (): Promise<unknown> =>
    runtime.env.DB.prepare("SELECT count(*) AS n FROM user_embeddings WHERE version = 'top'").first("n");
  expect([await part(), await users()]).toEqual([1, 2]);
  await runtime.env.DB.prepare("UPDATE models SET state = 'retired' WHERE version = 'top'").run();
  await runtime.env.MODEL_WORKFLOW.create({ params: { version: "top", action: "withdraw" } });
  await eventually(async () => (await runtime.env.VECTOR_INDEX.getByIds(["top~car", "top~ship"])).length === 0, 29_000);
  await eventually(async () => (await part()) === 0 && (await users()) === 0);
  expect(await look(UPLOAD_SETTLED_MILLISECONDS)).toEqual([]);
  expect(await runtime.env.MODELS.head(`top/${ITEM_EMBEDDINGS_FILE}`)).not.toBeNull();
});
