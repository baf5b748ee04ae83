import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { asyncBufferFromFile } from "hyparquet";

import { EmbeddingTable } from "../../domain/models/embedding-table.ts";
import { parseEmbeddingsCsv } from "../../domain/models/embeddings-csv.ts";
import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  type ModelManifest,
  manifestSchema,
  NEIGHBOURS_FILE,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { createModel, type Model } from "../../domain/models/model.ts";
import { normalize } from "../../domain/models/normalize.ts";
import { parseSafetensors } from "../../domain/models/safetensors.ts";
import type { Tensor } from "../../domain/models/tensor.ts";
import { readNeighbours } from "../../platform/parquet/neighbours-file.ts";
import { CommandError } from "../command.ts";
import { packLists } from "../train/item-weights/item-weight-lists.ts";
import type { ItemWeights } from "./item-weights.ts";

/** A model of a folder, and its embeddings of users by id if it ships such. */
export interface LoadedModel {
  readonly model: Model;
  readonly userEmbeddings: EmbeddingTable | null;
  /** Its item–item weights, if it ships such. */
  readonly weights: ItemWeights | null;
}

async function readEmbeddings(
  path: string,
  { dimension, metric }: Pick<ModelManifest, "dimension" | "metric">,
): Promise<EmbeddingTable | null> {
  if (!existsSync(path)) return null;
  const table = new EmbeddingTable(dimension);
  const chunks: AsyncIterable<string> = createReadStream(path, "utf8");
  for await (const row of parseEmbeddingsCsv(chunks)) {
    if (!row.ok) throw new CommandError(`${path}, line ${row.error.line}: ${row.error.message}.`);
    const { id, embedding } = row.value;
    if (embedding.length !== dimension)
      throw new CommandError(`${path}: "${id}" has ${embedding.length} numbers, the manifest says ${dimension}.`);
    // As publishing stores them.
    if (metric === "cosine") normalize(embedding);
    table.add(id, embedding);
  }
  return table;
}

async function readWeights(path: string): Promise<ItemWeights | null> {
  if (!existsSync(path)) return null;
  const rows = new Map<string, { itemId: string; weight: number }[]>();
  for await (const { itemId, neighbourId, weight } of readNeighbours(await asyncBufferFromFile(path))) {
    const own = rows.get(itemId) ?? [];
    own.push({ itemId: neighbourId, weight });
    rows.set(itemId, own);
  }
  const neighbours = [...rows.values()].flatMap((own) => own.map(({ itemId }) => itemId));
  const itemIds = [...new Set([...rows.keys(), ...neighbours])].sort();
  const placeOf = new Map(itemIds.map((itemId, place) => [itemId, place]));
  const lists = itemIds.map((itemId) => {
    const own = rows.get(itemId) ?? [];
    return {
      items: Uint32Array.from(own, (neighbour) => placeOf.get(neighbour.itemId) ?? 0),
      weights: Float32Array.from(own, ({ weight }) => weight),
    };
  });
  return { itemIds, lists: packLists(lists) };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    throw new CommandError(`${path} is not JSON.`);
  }
}

/**
 * Opens a model folder as `endcap train` writes it.
 * @throws CommandError when it is not one
 */
export async function loadModelFolder(folder: string): Promise<LoadedModel> {
  const path = join(folder, MANIFEST_FILE);
  if (!existsSync(path))
    throw new CommandError(
      `${folder} is no model's folder: it holds no ${MANIFEST_FILE}. Embeddings alone get one when they are published.`,
    );
  const read = manifestSchema.safeParse(await readJson(path));
  if (!read.success) throw new CommandError(`${join(folder, MANIFEST_FILE)} is not valid: ${read.error.message}`);
  const manifest = read.data;
  let tensors: ReadonlyMap<string, Tensor> = new Map();
  if (Object.hasOwn(manifest.files, WEIGHTS_FILE)) {
    const parsed = parseSafetensors(await readFile(join(folder, WEIGHTS_FILE)));
    if (!parsed.ok) throw new CommandError(`${join(folder, WEIGHTS_FILE)}: ${parsed.error.message}`);
    tensors = parsed.value;
  }
  const [items, userEmbeddings, weights] = await Promise.all([
    readEmbeddings(join(folder, ITEM_EMBEDDINGS_FILE), manifest),
    readEmbeddings(join(folder, USER_EMBEDDINGS_FILE), manifest),
    readWeights(join(folder, NEIGHBOURS_FILE)),
  ]);
  const model = createModel(manifest, tensors, items);
  if (!model.ok) throw new CommandError(`${folder} cannot be used: ${model.error.problems.join(" ")}`);
  return { model: model.value, userEmbeddings, weights };
}
