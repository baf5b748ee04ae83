import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { asyncBufferFromFile } from "hyparquet";
import { afterAll, beforeAll, expect, it } from "vitest";

import { itemFeatures } from "../../domain/catalogue/features.ts";
import { NEIGHBOURS_FILE } from "../../domain/models/manifest.ts";
import { DEFAULT_BLEND } from "../../domain/ranking/blend.ts";
import { readNeighbours } from "../../platform/parquet/neighbours-file.ts";
import { itemRecordsOf } from "../../scripts/evaluate/build-catalogue.ts";
import { loadModelFolder } from "../../scripts/evaluate/load-model.ts";
import { fitModel } from "../../scripts/train/fit-model.ts";
import { trainModel } from "../../scripts/train/train-model.ts";
import type { TrainingData } from "../../scripts/train/training-data.ts";
import { demoShopRows } from "./demo-shop-rows.ts";

const NOW = new Date("2026-11-21T10:00:00Z");

function shop(): TrainingData {
  const { rows, users, items } = demoShopRows(7);
  const records = itemRecordsOf([...items.keys()], items);
  return { users, items: new Map(records.map((item) => [item.itemId, itemFeatures(item)])), interactions: rows };
}

const data = shop();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-train-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("fits a blend that beats the weights by themselves and both baselines on the validation part", async () => {
  const parts: string[] = [];
  const { validation, blend, weightsTrials, weights } = await fitModel(
    data,
    { seed: 1, validation: "random", towers: {} },
    { begin: (part) => parts.push(part), progress: () => undefined },
  );
  const { measured } = validation;
  expect(measured.blend.ndcg.value).toBeGreaterThan(validation.weights);
  // The towers' figure is the best of many looks, and without the index's and the snapshot's rounding.
  expect(measured.blend.ndcg.value).toBeGreaterThan(0.95 * (validation.towers ?? Infinity));
  expect(measured.blend.ndcg.value).toBeGreaterThan(measured.similarity.ndcg.value);
  expect(measured.similarity.ndcg.value).toBeGreaterThan(measured.popularity.ndcg.value);
  expect(Object.values(blend).every(Number.isFinite)).toBe(true);
  expect(Math.max(...weightsTrials.map(({ ndcg }) => ndcg))).toBe(validation.weights);
  expect(weights.itemIds).toHaveLength(data.items.size);
  expect(parts).toHaveLength(4);
});

it("writes a folder that the serving code opens, with weights, blend and a card, and the same one for the same seed", async () => {
  const train = (out: string, seed: number) =>
    trainModel({
      data,
      sourceExport: null,
      options: { seed, validation: "random", towers: { epochsMax: 5 } },
      commandLine: "endcap train --export X",
      now: NOW,
      out: join(folder, out),
    });
  const { folder: written, manifest } = await train("first", 1);
  expect(manifest.version).toMatch(/^reference-20261121-[0-9a-f]{6}$/);
  expect((await train("again", 1)).manifest).toEqual(manifest);
  expect((await train("other", 2)).manifest.version).not.toBe(manifest.version);

  const { model, weights } = await loadModelFolder(written);
  expect(model.manifest.blend).toMatchObject({ together: 1 });
  let rows = 0;
  for await (const { itemId, neighbourId } of readNeighbours(
    await asyncBufferFromFile(join(written, NEIGHBOURS_FILE)),
  )) {
    expect(itemId).not.toBe(neighbourId);
    rows++;
  }
  expect(rows).toBe(weights?.lists.items.length);
  const card = await readFile(join(written, "MODEL_CARD.md"), "utf8");
  expect(card).toContain(manifest.version);
  const pictures = (await readdir(written)).filter((name) => name.endsWith(".svg"));
  expect(pictures.length).toBeGreaterThan(0);
  for (const picture of pictures) expect(card).toContain(picture);
  expect(existsSync(join(written, "weights.safetensors"))).toBe(true);
});

it("has id residuals that an item of the training has and a new one has not", async () => {
  const { folder: written } = await trainModel({
    data,
    sourceExport: null,
    options: { seed: 1, validation: "random", towers: { epochsMax: 5, idResiduals: true } },
    commandLine: "endcap train --export X --id-residuals",
    now: NOW,
    out: join(folder, "residuals"),
  });
  const { model } = await loadModelFolder(written);
  const [known = "", other = ""] = [...data.items.keys()];
  const features = data.items.get(known) ?? {};
  expect(model.embedItem(known, features)).not.toEqual(model.embedItem(other, features));
  expect(model.embedItem("new-1", features)).toEqual(model.embedItem("new-2", features));
});

it("says so when there is nothing to learn from", async () => {
  const nothing: TrainingData = { users: new Map(), items: new Map(), interactions: [] };
  await expect(fitModel(nothing, { seed: 1, validation: "random", towers: {} })).rejects.toThrow(/nothing to learn/);
});

it("makes a model of a shop with three users all the same, with the usual blend", async () => {
  const few = new Set([...data.users.keys()].slice(0, 3));
  const interactions = data.interactions.filter(({ userId }) => few.has(userId));
  const { manifest } = await trainModel({
    data: { ...data, interactions },
    sourceExport: null,
    options: { seed: 1, validation: "random", towers: { epochsMax: 3 } },
    commandLine: "endcap train --export X",
    now: NOW,
    out: join(folder, "few"),
  });
  expect(manifest.blend).toMatchObject({ ...DEFAULT_BLEND, similar: expect.any(Number) });
  expect(Object.values(manifest.metrics).every(Number.isFinite)).toBe(true);
});

it("says what to do where the validation part leaves nothing, or no feature tells anything", async () => {
  const interactions = data.interactions.map((row) => ({ ...row, at: 0 }));
  await expect(fitModel({ ...data, interactions }, { seed: 1, validation: "temporal", towers: {} })).rejects.toThrow(
    /leaves nothing to train on/,
  );
  const alike = new Map([...data.users.keys()].map((userId) => [userId, { country: "FR" }]));
  const request = {
    sourceExport: null,
    options: { seed: 1, validation: "random" as const, towers: {} },
    commandLine: "",
    now: NOW,
    out: folder,
  };
  await expect(trainModel({ ...request, data: { ...data, users: alike } })).rejects.toThrow(/tells users apart/);
});
