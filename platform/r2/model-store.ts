import type { AsyncBuffer } from "hyparquet";

import { EmbeddingTable } from "../../domain/models/embedding-table.ts";
import {
  type EmbeddingRow,
  type EmbeddingsCsvFailure,
  parseEmbeddingsCsv,
} from "../../domain/models/embeddings-csv.ts";
import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  type ModelManifest,
  manifestSchema,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { createModel, createServingModel, type Model, type ServingModel } from "../../domain/models/model.ts";
import { parseSafetensors } from "../../domain/models/safetensors.ts";
import type { Tensor } from "../../domain/models/tensor.ts";
import type { Result } from "../../domain/result.ts";

export type { Model, ServingModel } from "../../domain/models/model.ts";

/** Where a file of a model folder is in the MODELS bucket. */
export function modelFileKey(version: string, file: string): string {
  return `${version}/${file}`;
}

/**
 * Reads embeddings by id row by row.
 * @returns null when the model has no such file
 */
export async function readEmbeddings(
  bucket: R2Bucket,
  version: string,
  file: string,
): Promise<AsyncGenerator<Result<EmbeddingRow, EmbeddingsCsvFailure>> | null> {
  const object = await bucket.get(modelFileKey(version, file));
  if (object === null) return null;
  const text: ReadableStream<string> = object.body.pipeThrough(new TextDecoderStream());
  return parseEmbeddingsCsv(text);
}

/**
 * Opens a file of a model folder for a reader that fetches the ranges that it needs.
 * @returns null when the model has no such file
 */
export async function openModelFile(bucket: R2Bucket, version: string, file: string): Promise<AsyncBuffer | null> {
  const key = modelFileKey(version, file);
  const head = await bucket.head(key);
  if (head === null) return null;
  const { size: byteLength, etag } = head;
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const object = await bucket.get(key, { range: { offset: start, length: end - start } });
      if (object === null || object.etag !== etag) throw new Error(`${key} was changed while it was read.`);
      return object.arrayBuffer();
    },
  };
}

function unusable(version: string, why: string): Error {
  return new Error(`The model ${version} cannot be used: ${why}`);
}

async function loadManifest(bucket: R2Bucket, version: string): Promise<ModelManifest> {
  const object = await bucket.get(modelFileKey(version, MANIFEST_FILE));
  if (object === null) throw unusable(version, `it has no ${MANIFEST_FILE}.`);
  return manifestSchema.parse(await object.json());
}

async function loadTensors(bucket: R2Bucket, manifest: ModelManifest): Promise<ReadonlyMap<string, Tensor>> {
  // A model of embeddings alone has no weights.
  if (!Object.hasOwn(manifest.files, WEIGHTS_FILE)) return new Map();
  const object = await bucket.get(modelFileKey(manifest.version, WEIGHTS_FILE));
  if (object === null) throw unusable(manifest.version, `it has no ${WEIGHTS_FILE}.`);
  const parsed = parseSafetensors(new Uint8Array(await object.arrayBuffer()));
  if (!parsed.ok) throw unusable(manifest.version, parsed.error.message);
  return parsed.value;
}

async function loadItemEmbeddings(bucket: R2Bucket, manifest: ModelManifest): Promise<EmbeddingTable | null> {
  const rows = await readEmbeddings(bucket, manifest.version, ITEM_EMBEDDINGS_FILE);
  if (rows === null) return null;
  const table = new EmbeddingTable(manifest.dimension);
  for await (const row of rows) {
    if (!row.ok)
      throw unusable(manifest.version, `${ITEM_EMBEDDINGS_FILE}, line ${row.error.line}: ${row.error.message}.`);
    if (row.value.embedding.length !== manifest.dimension)
      throw unusable(manifest.version, `${ITEM_EMBEDDINGS_FILE} does not have the dimension ${manifest.dimension}.`);
    table.add(row.value.id, row.value.embedding);
  }
  return table;
}

/**
 * Loads what answering needs of a published model: its manifest and user tower.
 * @throws Error when it is not there or not usable
 */
export async function loadServingModel(bucket: R2Bucket, version: string): Promise<ServingModel> {
  const manifest = await loadManifest(bucket, version);
  const model = createServingModel(manifest, await loadTensors(bucket, manifest));
  if (!model.ok) throw unusable(version, model.error.problems.join(" "));
  return model.value;
}

/**
 * Loads a published model, its item embeddings included.
 * @throws Error when it is not there or not usable
 */
export async function loadModel(bucket: R2Bucket, version: string): Promise<Model> {
  const manifest = await loadManifest(bucket, version);
  const [tensors, itemEmbeddings] = await Promise.all([
    loadTensors(bucket, manifest),
    loadItemEmbeddings(bucket, manifest),
  ]);
  const model = createModel(manifest, tensors, itemEmbeddings);
  if (!model.ok) throw unusable(version, model.error.problems.join(" "));
  return model.value;
}
