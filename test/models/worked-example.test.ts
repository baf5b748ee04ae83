import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { MANIFEST_FILE, MODEL_FILES, NEIGHBOURS_FILE, WEIGHTS_FILE } from "../../domain/models/manifest.ts";
import { tokenBucket, tokenize } from "../../domain/models/tokenize.ts";
import { vectorId } from "../../domain/models/vector-id.ts";
import { padToIndex } from "../../domain/models/vector-index.ts";
import { loadCatalogue, loadItemNeighbours } from "../../platform/r2/catalogue-store.ts";
import { loadServingModel } from "../../platform/r2/model-store.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { publish, putCompleteRun, putFile } from "./shop.ts";

// docs/models.md is what is tested here: its files, its scores, its test vectors.
const page = await readFile("docs/models.md", "utf8");
const VERSION = "example-1";
const ITEMS = [
  ["tram", "Blue Tram", "Trains", 40],
  ["kite", "Kite", "Toys", 20],
  ["boat", "Red Boat", "Boats", 30],
] as const;

/** A code block of the page by its title. */
function block(title: string): string {
  const found = new RegExp(`^\`\`\`\\w+ title=${title}\\n(.*?)^\`\`\`$`, "ms").exec(page);
  if (found?.[1] === undefined) throw new Error(`The page has no block "${title}".`);
  return found[1];
}

/** The rows of the first table after a mark, cell by cell, without backticks. */
function table(mark: string): string[][] {
  const [, rest = ""] = page.split(`<!-- ${mark} -->\n`);
  const lines = rest.trim().split("\n\n")[0]?.split("\n") ?? [];
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const files: Record<string, Uint8Array> = {
  [MANIFEST_FILE]: Buffer.from(block(MANIFEST_FILE)),
  [WEIGHTS_FILE]: Buffer.from(block(WEIGHTS_FILE).replaceAll(/^#.*$|\s/gm, ""), "hex"),
  "item_embeddings.csv": Buffer.from(block("item_embeddings.csv")),
  [NEIGHBOURS_FILE]: Buffer.from(block(NEIGHBOURS_FILE), "base64"),
};
const manifest = JSON.parse(block(MANIFEST_FILE));

it.each(MODEL_FILES.filter((file) => file in files))(
  "%s is, byte by byte, the file of which the manifest has the checksum",
  (file) => {
    const bytes = files[file] ?? new Uint8Array();
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(manifest.files[file]).toEqual({ sha256, bytes: bytes.byteLength });
  },
);

describe("published to the Worker and activated", () => {
  let runtime: TestRuntime;
  let snapshot: string;

  beforeAll(async () => {
    runtime = await startRuntime({ main: "test/models/indexing-worker.ts" });
    await runtime.env.DB.prepare(
      `INSERT INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, 0, '{}', '{}', '', 1 FROM json_each(?)`,
    )
      .bind(JSON.stringify(ITEMS))
      .run();
    await putCompleteRun(runtime, 1);
    snapshot = (await runtime.call("/v1/catalogue?through=1")).body.version;
    for (const [file, bytes] of Object.entries(files)) await putFile(runtime, VERSION, file, bytes);
    expect(await publish(runtime, VERSION)).toMatchObject({ state: "indexed", problems: [] });
    await runtime.call(`/v1/models/${VERSION}/activate`, { method: "POST" });
  });
  afterAll(() => runtime.close());

  it.each(table("scores"))(
    "gives %s the scores that the page computes by hand: tram %s, kite %s, boat %s",
    async (...row) => {
      const [features = "", ...scores] = row;
      const model = await loadServingModel(runtime.env.MODELS, VERSION);
      const user = model.embedUser(JSON.parse(features.replaceAll("`", "")) as FeatureValues) ?? [];
      const { matches } = await runtime.env.VECTOR_INDEX.query([...padToIndex(user)], { topK: 10, namespace: VERSION });
      for (const [place, [itemId]] of ITEMS.entries())
        expect(matches.find(({ id }) => id === vectorId(VERSION, itemId))?.score).toBe(Number(scores[place]));
    },
  );

  it("ranks by them", async () => {
    const shelf = await eventually(async () => {
      const query = new URLSearchParams({
        placement: "home",
        user_id: "new",
        features: '{"creditLimit":80000,"country":"France"}',
      });
      const { body } = await runtime.call(`/v1/recommendations?${query.toString()}`);
      if (body.model_version !== VERSION) return null;
      return body.shelves.find(({ strategy }: { strategy: string }) => strategy === "profile");
    });
    expect(shelf.items.map(({ item_id }: { item_id: string }) => item_id)).toEqual(["tram", "kite", "boat"]);
  });

  it("has the page's neighbours beside the snapshot, the strongest first", async () => {
    const catalogue = await loadCatalogue(runtime.env.RUNTIME, snapshot);
    const neighbours = await loadItemNeighbours(runtime.env.RUNTIME, snapshot, VERSION);
    const of = (itemId: string): unknown[] => {
      const list = neighbours?.of(catalogue.placeOf(itemId) ?? -1);
      return Array.from(list?.items ?? [], (place, position) => [catalogue.idOf(place), list?.weights[position]]);
    };
    expect(of("tram")).toEqual([
      ["kite", 0.5],
      ["boat", 0.25],
    ]);
    expect(of("kite")).toEqual([["tram", 0.5]]);
    expect(of("boat")).toEqual([["tram", 0.25]]);
  });
});

describe("the page's test vectors for tokens", () => {
  const code = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]*)`/g), ([, text = ""]) => text);

  it.each(table("tokens").map(([text = "", tokens = ""]) => [code(text)[0] ?? "", code(tokens)] as const))(
    "%s has these",
    (text, tokens) => {
      expect(tokenize(text)).toEqual(tokens);
    },
  );

  it.each(table("buckets").map(([token = "", ...buckets]) => [code(token)[0] ?? "", buckets.map(Number)] as const))(
    "%s falls into these buckets",
    (token, buckets) => {
      expect([4, 512, 1_000_003].map((count) => tokenBucket(token, count))).toEqual(buckets);
    },
  );

  it("are there", () => {
    expect([table("tokens").length, table("buckets").length, table("scores").length]).toEqual([5, 11, 4]);
  });
});
