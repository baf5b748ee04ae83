import { afterAll, beforeAll, expect, it } from "vitest";

import { NEIGHBOURS_MAX, NEIGHBOURS_PER_ITEM_MAX } from "../../domain/catalogue/item-neighbours.ts";
import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  NEIGHBOURS_FILE,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { publish, putCompleteRun, putItems, putUsers } from "./shop.ts";
import {
  type Draft,
  type Files,
  goodDraft,
  ITEMS,
  neighboursFile,
  type NeighbourRow,
  seal,
  upload,
} from "./validation-folder.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/models/indexing-worker.ts" });
  const categories = ["Cars", "Ships", "Kites", "Cars", "Ships"];
  await putItems(
    runtime,
    ITEMS.map((itemId, place) => ({ itemId, category: categories[place] ?? "" })),
  );
  await putItems(runtime, [{ itemId: "gone", category: "Cars", deleted: true }]);
  await putUsers(runtime, { u1: "FR", u2: "US", u3: null });
  await putCompleteRun(runtime, 1);
  await runtime.call("/v1/catalogue?through=1");
  await upload(runtime, "good", seal(goodDraft("good")));
  expect(await publish(runtime, "good")).toMatchObject({ state: "indexed", problems: [] });
  expect(await runtime.call("/v1/models/good/activate", { method: "POST" })).toMatchObject({ status: 200 });
  await eventually(async () => (await served()).model_version === "good");
});
afterAll(() => runtime.close());

/** What shoppers see, and by which model. */
async function served(): Promise<{ model_version: string | null; items: string[][] }> {
  const { body } = await runtime.call("/v1/recommendations?placement=home&country=FR&limit=3");
  const { model_version, shelves } = body;
  return {
    model_version,
    items: shelves.map((shelf: { items: { item_id: string }[] }) => shelf.items.map((item) => item.item_id)),
  };
}

interface Damage {
  /** What is done to the things that the folder is made of. */
  readonly draft?: (draft: Draft) => void;
  /** What is done to its files before the manifest sums them up … */
  readonly files?: (files: Files) => void;
  /** … and what after that. */
  readonly after?: (files: Files) => void;
  readonly says: readonly (string | RegExp)[];
}

function setTensor(draft: Draft, name: string, shape: number[], ...values: number[]): void {
  draft.tensors.set(name, { shape, values: Float32Array.from(values) });
}

function chain(count: number): NeighbourRow[] {
  return Array.from({ length: count }, (_, place): NeighbourRow => ["car", `item-${place}`, 1]);
}

const DAMAGES: Record<string, Damage> = {
  "a manifest that is no JSON": {
    after: (files) => files.set(MANIFEST_FILE, "{"),
    says: ["manifest.json is not JSON."],
  },
  "no manifest, and weights": { after: (files) => files.delete(MANIFEST_FILE), says: [/^manifest.json is missing/] },
  "an unknown format": { draft: (draft) => (draft.manifest.format = 2), says: [/^manifest.json: format: /] },
  "a manifest of another version": {
    draft: (draft) => (draft.manifest.version = "other"),
    says: [/says version "other", the folder is/],
  },
  "a member that no manifest has": {
    draft: (draft) => (draft.manifest.colour = "red"),
    says: [/^manifest.json: .*"colour"/],
  },
  "a euclidean model": {
    draft: (draft) => (draft.manifest.metric = "euclidean"),
    says: [/^manifest.json: metric: euclidean distance is not served.*train with dot or cosine/],
  },
  "a dimension that the index does not have": {
    draft: (draft) => (draft.manifest.dimension = 65),
    says: [
      "The dimension 65 is more than the index has: 64 at most.",
      /item_tower: its embeddings have 2 numbers, the manifest says 65/,
      /item_embeddings.csv has embeddings of 2 numbers, the manifest says 65/,
    ],
  },
  "a dimension of one": { draft: (draft) => (draft.manifest.dimension = 1), says: [/^manifest.json: dimension: /] },
  "a file that is not the listed one": {
    after: (files) => files.set(WEIGHTS_FILE, (files.get(WEIGHTS_FILE) as Uint8Array).slice().fill(0, -4)),
    says: ["weights.safetensors is not the file that the manifest lists: its checksum differs."],
  },
  "a file that was cut off": {
    after: (files) => files.set(WEIGHTS_FILE, (files.get(WEIGHTS_FILE) as Uint8Array).slice(0, -4)),
    says: [/^weights.safetensors is not the file.*it has \d+ bytes, not \d+/, /^weights.safetensors: .*do not fit/],
  },
  "a listed file that is missing": {
    after: (files) => files.delete(NEIGHBOURS_FILE),
    says: ["neighbours.parquet is listed in the manifest and missing."],
  },
  "a file that is not listed": {
    after: (files) => {
      const manifest = JSON.parse(String(files.get(MANIFEST_FILE)));
      delete manifest.files[USER_EMBEDDINGS_FILE];
      files.set(MANIFEST_FILE, JSON.stringify(manifest));
    },
    says: ["user_embeddings.csv is there but not listed in the manifest."],
  },
  "weights that are no safetensors": {
    files: (files) => files.set(WEIGHTS_FILE, "PK\u0003\u0004 an archive of something else"),
    says: [/^weights.safetensors: The header claims \d+ bytes/],
  },
  "weights that are not finite": {
    draft: (draft) => setTensor(draft, "item.bias", [2], NaN, Infinity),
    says: ['weights.safetensors: the tensor "item.bias" holds numbers that are not finite.'],
  },
  "a tensor that is missing": {
    draft: (draft) => draft.tensors.delete("user.weight"),
    says: ['user_tower: The tensor "user.weight" is missing.'],
  },
  "a kernel that was not transposed": {
    draft: (draft) => setTensor(draft, "item.weight", [3, 2], 1, 0, 0, 1, 0.1, 0.2),
    says: ['item_tower: The tensor "item.weight" has the shape [3, 2] instead of [outputs, 3].'],
  },
  "a table without the row for unknown values": {
    draft: (draft) => setTensor(draft, "countries", [1, 2], 1, 0),
    says: ['user_tower: The tensor "countries" has the shape [1, 2] instead of [2, width].'],
  },
  "a deviation of zero": {
    draft: (draft) => (draft.manifest.item_tower.encoders[1].deviation = 0),
    says: [/^manifest.json: item_tower.encoders.1.deviation: /],
  },
  "a cosine model that does not normalize": {
    draft: (draft) => (draft.manifest.metric = "cosine"),
    says: [/^user_tower: a cosine model must set "normalize"/, /^item_tower: a cosine model must set "normalize"/],
  },
  "no users at all": {
    draft: (draft) => (draft.manifest.user_tower = null),
    files: (files) => files.delete(USER_EMBEDDINGS_FILE),
    says: [/^There are no users/],
  },
  "no items at all": {
    draft: (draft) => (draft.manifest.item_tower = null),
    files: (files) => files.delete(ITEM_EMBEDDINGS_FILE),
    says: [/^There are no items/],
  },
  "rows of embeddings that cannot be read": {
    files: (files) =>
      files.set(
        ITEM_EMBEDDINGS_FILE,
        'id,embedding\ncar,"[1, oops]"\nship,"[1]"\n,"[1, 2]"\nkite,"[1, 2]"\nkite,"[1, 2]"\n',
      ),
    says: [
      /^item_embeddings.csv, line 2: the embedding of "car" is not a list of finite numbers/,
      /^item_embeddings.csv has embeddings of 1 numbers, the manifest says 2/,
      /^item_embeddings.csv, line 4: the id is empty/,
      /^item_embeddings.csv, line 5: .* has 2 numbers, those before it 1/,
    ],
  },
  "an id that stands twice": {
    files: (files) => files.set(USER_EMBEDDINGS_FILE, `${String(files.get(USER_EMBEDDINGS_FILE))}u1,"[1, 1]"\n`),
    says: ['user_embeddings.csv: "u1" is there twice.'],
  },
  "another header": {
    files: (files) => files.set(ITEM_EMBEDDINGS_FILE, 'item,vector\ncar,"[1, 2]"\n'),
    says: [/line 1: the header must be "id,embedding"/, "item_embeddings.csv has no usable row."],
  },
  "items of another shop": {
    draft: (draft) => (draft.items = { car: [1, 0], lamp: [0, 1], sofa: [1, 1], gone: [1, 2], rug: [2, 1] }),
    says: ["item_embeddings.csv was made for another shop: 3 of its 5 items are unknown here."],
  },
  "users by their pseudonyms": {
    draft: (draft) => (draft.users = { abcdef: [1, 0], bcdefa: [0, 1], u1: [1, 1] }),
    says: [/^user_embeddings.csv was made for another shop: 2 of its 3 users are unknown here. .*pseudonyms/],
  },
  "too few of the shop's items": {
    draft: (draft) => (draft.manifest.item_tower = null),
    says: ["Only 2 of the shop's 5 items would get an embedding; at least half must."],
  },
  "neighbours of another shop": {
    draft: (draft) =>
      (draft.neighbours = [
        ["lamp", "sofa", 1],
        ["lamp", "car", 1],
      ]),
    says: ["neighbours.parquet was made for another shop: 2 of its 3 items are unknown here."],
  },
  "neighbours that are no Parquet": {
    files: (files) => files.set(NEIGHBOURS_FILE, "item_id,neighbour_id,weight\ncar,ship,1\n"),
    says: [/^neighbours.parquet: /],
  },
  "an item that is its own neighbour, and a pair that stands twice": {
    draft: (draft) => draft.neighbours.push(["car", "car", 1], ["ship", "car", 0.25]),
    says: [
      'neighbours.parquet: "car" is its own neighbour.',
      'neighbours.parquet: "car" is there twice as a neighbour of "ship".',
    ],
  },
  "a weight that is not finite": {
    draft: (draft) => draft.neighbours.push(["tram", "car", NaN]),
    says: ["neighbours.parquet: weight is NaN in row 4."],
  },
  "more neighbours than an item may have": {
    files: (files) => files.set(NEIGHBOURS_FILE, neighboursFile(chain(NEIGHBOURS_PER_ITEM_MAX + 1))),
    says: [/^neighbours.parquet: "car" has 257 neighbours, more than 256: keep the strongest/],
  },
  "a signal that is none, and one out of range": {
    draft: (draft) => (draft.manifest.blend = { magic: 1, diversity: 2 }),
    says: [/^manifest.json: blend: .*"magic"/, /^manifest.json: blend.diversity: /],
  },
  "the same embedding for every item": {
    draft: (draft) => {
      setTensor(draft, "item.weight", [2, 3], 0, 0, 0, 0, 0, 0);
      draft.items = { car: [0.1, -0.1] };
    },
    says: ["All 5 items have the same embedding: the model tells none from another."],
  },
  "users for whom every item is the same": {
    draft: (draft) => {
      setTensor(draft, "user.weight", [2, 3], 0, 0, 0, 0, 0, 0);
      setTensor(draft, "user.bias", [2], 0, 0);
      draft.users = { u1: [0, 0] };
    },
    says: [/^Every item has the same score for each of the \d shoppers that were tried/],
  },
  "numbers that are finite, and whose sums are not": {
    draft: (draft) => {
      setTensor(draft, "user.bias", [2], 3e38, 3e38);
      setTensor(draft, "item.bias", [2], 3e38, 3e38);
    },
    says: [/^The scores of the items for the user "u1" are not finite/],
  },
};

let number = 0;
it.each(Object.entries(DAMAGES))(
  "refuses %s, and goes on serving what is active",
  async (_, { draft, files, after, says }) => {
    const version = `bad-${++number}`;
    const made = goodDraft(version);
    draft?.(made);
    const sealed = seal(made, files);
    after?.(sealed);
    const before = await served();
    await upload(runtime, version, sealed);
    const { state, problems } = await publish(runtime, version);
    expect(state).toBe("refused");
    for (const sentence of says)
      expect(problems).toContainEqual(typeof sentence === "string" ? sentence : expect.stringMatching(sentence));
    expect(await served()).toEqual(before);
    expect(before).toMatchObject({ model_version: "good" });
  },
);

it("names several damages of a folder at once, and tells people of the refusal", async () => {
  const draft = goodDraft("very-bad");
  draft.manifest.metric = "euclidean";
  draft.manifest.blend = { magic: 1 };
  draft.neighbours.push(["car", "car", 1]);
  draft.tensors.delete("item.bias");
  const files = seal(draft, (made) => made.set(USER_EMBEDDINGS_FILE, 'id,embedding\nu1,"[1]"\n'));
  files.set(ITEM_EMBEDDINGS_FILE, `${String(files.get(ITEM_EMBEDDINGS_FILE))}car,"[1, 1]"\n`);
  await upload(runtime, "very-bad", files);
  const { problems } = await publish(runtime, "very-bad");
  expect(problems).toEqual([
    expect.stringContaining("manifest.json: metric: euclidean"),
    expect.stringMatching(/manifest.json: blend: .*magic/),
    expect.stringMatching(/item_embeddings.csv is not the file that the manifest lists: it has \d+ bytes/),
    expect.stringContaining('neighbours.parquet: "car" is its own neighbour'),
    expect.stringContaining("user_embeddings.csv has embeddings of 1 numbers, the manifest says 2"),
    expect.stringContaining('item_embeddings.csv: "car" is there twice'),
    expect.stringContaining('item_tower: The tensor "item.bias" is missing'),
  ]);
  const { body } = await runtime.call("/v1/notices?open=true&limit=100");
  expect(body.data).toContainEqual(
    expect.objectContaining({
      kind: "model_refused",
      subject: "very-bad",
      message: expect.stringContaining("The model very-bad was refused: 7 problems."),
    }),
  );
});

it("says what is odd about a model that can be served, and forgets the refusal of one that was mended", async () => {
  const draft = goodDraft("very-bad");
  draft.items = { car: [1, 0], ship: [0, 1], lamp: [1, 1] };
  draft.tensors.set("left.over", { shape: [1], values: Float32Array.of(1) });
  await upload(runtime, "very-bad", seal(draft));
  expect(await publish(runtime, "very-bad")).toMatchObject({ state: "indexed", problems: [] });
  const { body } = await runtime.call("/v1/notices?limit=100");
  const told = body.data.filter((notice: { subject: string }) => notice.subject === "very-bad");
  expect(told).toEqual([
    expect.objectContaining({
      kind: "model_doubtful",
      message: expect.stringContaining('"left.over" is used by no tower'),
    }),
    expect.objectContaining({
      kind: "model_doubtful",
      message: expect.stringContaining("1 of the 3 items of item_embeddings.csv are unknown"),
    }),
    expect.objectContaining({ kind: "model_refused", closed_at: expect.any(String) }),
  ]);
});

it("refuses more item–item weights than a snapshot holds", async () => {
  const draft = goodDraft("too-many");
  const names = Array.from({ length: 5_000 }, (_, place) => `item-${place}`);
  const rows: NeighbourRow[] = [];
  for (let row = 0; row <= NEIGHBOURS_MAX; row++)
    rows.push([names[Math.floor(row / 250)] ?? "", names[(row % 250) + 4_800] ?? "", 1]);
  const files = seal(draft, (made) => made.set(NEIGHBOURS_FILE, neighboursFile(rows)));
  await upload(runtime, "too-many", files);
  expect((await publish(runtime, "too-many")).problems).toContain(
    "neighbours.parquet has more than 1200000 rows: keep the strongest.",
  );
});
