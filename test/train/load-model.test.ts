import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { loadModelFolder } from "../../scripts/evaluate/load-model.ts";
import { loadedModel } from "../../scripts/evaluate/ranking-models.ts";
import { writeModelFolder } from "../../scripts/models/write-model-folder.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "endcap-load-model-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function folderWith(name: string, users: string, items = 'id,embedding\ni1,"[0, 1]"\n'): Promise<string> {
  const folder = join(root, name);
  const description = {
    format: 1 as const,
    version: name,
    created_at: "2026-11-21T10:00:00Z",
    dimension: 2,
    metric: "cosine" as const,
    user_tower: null,
    item_tower: null,
  };
  const files = new Map([
    ["user_embeddings.csv", users],
    ["item_embeddings.csv", items],
  ]);
  await writeModelFolder(folder, description, new Map(), files);
  return folder;
}

it("scales the embeddings of users to length 1 for a cosine model, as publishing does", async () => {
  const short = loadedModel(await loadModelFolder(await folderWith("short", 'id,embedding\nu1,"[3, 4]"\n')), new Map());
  const long = loadedModel(
    await loadModelFolder(await folderWith("long", 'id,embedding\nu1,"[300, 400]"\n')),
    new Map(),
  );
  expect(Array.from(short.embedUser("u1", {}) ?? [], (value) => value.toFixed(4))).toEqual(["0.6000", "0.8000"]);
  expect(long.embedUser("u1", {})).toEqual(short.embedUser("u1", {}));
});

it("refuses embeddings of another length, and a manifest that is none, and says which", async () => {
  const wrong = await folderWith("wrong", 'id,embedding\nu1,"[1, 2, 3]"\n');
  await expect(loadModelFolder(wrong)).rejects.toThrow(
    /user_embeddings\.csv: "u1" has 3 numbers, the manifest says 2\./,
  );
  const broken = await folderWith("broken", 'id,embedding\nu1,"[1, 2]"\n');
  await writeFile(join(broken, "manifest.json"), "{");
  await expect(loadModelFolder(broken)).rejects.toThrow(/manifest\.json is not JSON\./);
  await expect(loadModelFolder(root)).rejects.toThrow(/is no model's folder/);
});
