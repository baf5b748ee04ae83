import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { padToIndex } from "../../domain/models/vector-index.ts";
import { rememberErased } from "../../platform/d1/erased-user-store.ts";
import { readUserEmbedding } from "../../platform/d1/models.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { dataSecret } from "../../platform/quarantine/seal.ts";
import { loadModel, loadServingModel } from "../../platform/r2/model-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { embeddingsCsv, publish, putCompleteRun, putFile, putItems, putTowerModel, putUsers } from "./shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  await putItems(runtime, [
    { itemId: "car", category: "Cars" },
    { itemId: "ship", category: "Ships" },
    { itemId: "kite", category: "Kites" },
    { itemId: "gone", category: "Cars", deleted: true },
  ]);
  await putUsers(runtime, { u1: "FR", u2: "FR", u3: "US", u4: null });
  await putCompleteRun(runtime, 3);
});
afterAll(() => runtime.close());

const similarTo = async (namespace: string, embedding: readonly number[]): Promise<string[]> => {
  const { matches } = await runtime.env.VECTOR_INDEX.query([...padToIndex(embedding)], { topK: 10, namespace });
  return matches.map(({ id }) => id);
};

describe("a model of towers", () => {
  it("is indexed, item by item, and only then said to be", async () => {
    await putTowerModel(runtime, "towers");
    expect(await publish(runtime, "towers")).toMatchObject({ state: "indexed", problems: [], metrics: { ndcg: 0.25 } });
    // No waiting here: `indexed` means that queries see the vectors.
    expect(await similarTo("towers", [1, 0.25])).toEqual(["towers~car", "towers~kite", "towers~ship"]);
  });

  it("embeds users from their features", async () => {
    const model = await loadServingModel(runtime.env.MODELS, "towers");
    expect([...(model.embedUser({ country_code: "FR" }) ?? [])]).toEqual([1, 0]);
    expect([...(model.embedUser({}) ?? [])]).toEqual([0, 1]);
    expect(model.hasUserEmbeddings).toBe(false);
  });
});

describe("a folder of embeddings by id, as data scientists hand it over", () => {
  beforeAll(async () => {
    await putFile(
      runtime,
      "by-id",
      ITEM_EMBEDDINGS_FILE,
      embeddingsCsv({ car: [1, 0, 2], ship: [0, 1, 2], old: [9, 9, 9] }),
    );
    await putFile(
      runtime,
      "by-id",
      USER_EMBEDDINGS_FILE,
      embeddingsCsv({ u1: [1, 0, 0], u2: [0, 1, 0], u3: [0, 0, 4], u4: [3, 3, 0] }),
    );
    expect(await publish(runtime, "by-id")).toMatchObject({ state: "indexed", problems: [] });
  });

  it("indexes the shop's items that have an embedding", async () => {
    expect(await similarTo("by-id", [1, 0, 0])).toEqual(["by-id~car", "by-id~ship"]);
  });

  it("keeps users by id", async () => {
    expect(await readUserEmbedding(runtime.env.DB, "by-id", "u3")).toEqual([0, 0, 4]);
    expect(await readUserEmbedding(runtime.env.DB, "by-id", "u9")).toBeNull();
    expect(await readUserEmbedding(runtime.env.DB, "towers", "u3")).toBeNull();
  });

  it("gives whoever it does not know about the mean of their country, or that of everyone", async () => {
    const model = await loadServingModel(runtime.env.MODELS, "by-id");
    expect(model.hasUserEmbeddings).toBe(true);
    const near = (expected: readonly number[]): unknown[] => expected.map((value) => expect.closeTo(value, 0));
    expect([...(model.embedUser({ country_code: "FR" }) ?? [])]).toEqual(near([0.5, 0.5, 0]));
    expect([...(model.embedUser({ country_code: "US" }) ?? [])]).toEqual(near([0, 0, 4]));
    expect([...(model.embedUser({ country_code: "XX" }) ?? [])]).toEqual([1, 1, 1]);
  });

  it("has no embedding for an item that it does not know", async () => {
    const model = await loadModel(runtime.env.MODELS, "by-id");
    expect([...(model.embedItem("ship", {}) ?? [])]).toEqual([0, 1, 2]);
    expect(model.embedItem("kite", {})).toBeNull();
  });
});

it("a user who was erased is in no model that is published after", async () => {
  await rememberErased(runtime.env.DB, pseudonymizer(dataSecret(runtime.env))("u:u2"), 1);
  await putFile(runtime, "later", ITEM_EMBEDDINGS_FILE, embeddingsCsv({ car: [1, 0], ship: [0, 1], kite: [1, 1] }));
  await putFile(runtime, "later", USER_EMBEDDINGS_FILE, embeddingsCsv({ u1: [1, 0], u2: [0, 1], u3: [0, 4] }));
  expect(await publish(runtime, "later")).toMatchObject({ state: "indexed", problems: [] });
  const { results } = await runtime.env.DB.prepare(
    "SELECT user_id FROM user_embeddings WHERE version = 'later' ORDER BY user_id",
  ).all();
  expect(results).toEqual([{ user_id: "u1" }, { user_id: "u3" }]);
});

describe("a folder that cannot be used is refused with every reason at once", () => {
  it("an empty embedding table, a text that is no number, a row of another length, a double id", async () => {
    const rows = 'id,embedding\ncar,"[1, 2]"\nship,"[1, oops]"\nkite,"[1, 2, 3]"\n,"[1, 2]"\ncar,"[1, 2]"\n';
    await putFile(runtime, "bad-rows", ITEM_EMBEDDINGS_FILE, rows);
    const { state, problems } = await publish(runtime, "bad-rows");
    expect(state).toBe("refused");
    expect(problems).toEqual([
      expect.stringMatching(/line 3: the embedding of "ship" is not a list of finite numbers/),
      expect.stringMatching(/line 4: .* has 3 numbers, those before it 2/),
      expect.stringMatching(/line 5: the id is empty/),
      expect.stringMatching(/"car" is there twice/),
      expect.stringMatching(/There are no users/),
    ]);
  });

  it("files that are missing, changed, or not listed", async () => {
    const { weights, manifest } = await putTowerModel(runtime, "bad-files");
    const files = { ...manifest.files, "notes.txt": { sha256: "0".repeat(64), bytes: 1 } };
    await putTowerModel(runtime, "bad-files", { files });
    // As long as it was, and readable: only the checksum tells.
    await putFile(runtime, "bad-files", WEIGHTS_FILE, weights.fill(0, -4));
    await putFile(runtime, "bad-files", ITEM_EMBEDDINGS_FILE, embeddingsCsv({ car: [1, 2] }));
    expect(await publish(runtime, "bad-files")).toMatchObject({
      state: "refused",
      problems: [
        expect.stringMatching(/weights.safetensors is not the file/),
        expect.stringMatching(/notes.txt is listed in the manifest and missing/),
        expect.stringMatching(/item_embeddings.csv is there but not listed/),
      ],
    });
  });

  it("a dimension that the index does not have, and towers that have another", async () => {
    await putTowerModel(runtime, "bad-dimension", { dimension: 65 });
    expect((await publish(runtime, "bad-dimension")).problems).toEqual([
      expect.stringContaining("more than the index has"),
      expect.stringMatching(/user_tower: its embeddings have 2 numbers, the manifest says 65/),
      expect.stringMatching(/item_tower: its embeddings have 2 numbers, the manifest says 65/),
    ]);
    await putTowerModel(runtime, "bad-towers", { dimension: 3, metric: "cosine" });
    expect((await publish(runtime, "bad-towers")).problems).toEqual([
      expect.stringMatching(/user_tower: a cosine model must set "normalize"/),
      expect.stringMatching(/user_tower: its embeddings have 2 numbers, the manifest says 3/),
      expect.stringMatching(/item_tower: a cosine model must set "normalize"/),
      expect.stringMatching(/item_tower: its embeddings have 2 numbers, the manifest says 3/),
    ]);
  });

  it("another distance, another format and a wrong name in the manifest", async () => {
    await putFile(
      runtime,
      "bad-manifest",
      MANIFEST_FILE,
      JSON.stringify({ format: 2, metric: "euclidean", version: "Ä" }),
    );
    const { problems } = await publish(runtime, "bad-manifest");
    for (const field of ["format", "metric", "version", "dimension", "files"])
      expect(problems).toContainEqual(expect.stringContaining(`manifest.json: ${field}`));
  });

  it("a manifest that is not JSON, or of another version", async () => {
    await putFile(runtime, "no-json", MANIFEST_FILE, "{");
    expect((await publish(runtime, "no-json")).problems).toEqual(["manifest.json is not JSON."]);
    await putTowerModel(runtime, "renamed", { version: "original" });
    expect((await publish(runtime, "renamed")).problems).toEqual([expect.stringContaining('version "original"')]);
  });

  it("a model of another shop", async () => {
    await putFile(runtime, "other-shop", ITEM_EMBEDDINGS_FILE, embeddingsCsv({ car: [1, 0], x: [1, 0], y: [1, 0] }));
    await putFile(runtime, "other-shop", USER_EMBEDDINGS_FILE, embeddingsCsv({ u1: [1, 0] }));
    expect((await publish(runtime, "other-shop")).problems).toEqual([
      expect.stringContaining("made for another shop: 2 of its 3 items are unknown here"),
      expect.stringContaining("Only 1 of the shop's 3 items"),
    ]);
  });

  it("and can be published again under its name once it is mended", async () => {
    await putTowerModel(runtime, "bad-dimension");
    expect(await publish(runtime, "bad-dimension")).toMatchObject({ state: "indexed", problems: [] });
  });
});
