import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { EmbeddingTable } from "../../domain/models/embedding-table.ts";
import { parseEmbeddingsCsv } from "../../domain/models/embeddings-csv.ts";
import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  manifestSchema,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { createModel, type Model } from "../../domain/models/model.ts";
import { parseSafetensors } from "../../domain/models/safetensors.ts";
import type { Tensor } from "../../domain/models/tensor.ts";
import { CommandError } from "../command.ts";

/** A model of a folder, and its embeddings of users by id if it ships such. */
export interface LoadedModel {
  readonly model: Model;
  readonly userEmbeddings: EmbeddingTable | null;
}

async function readEmbeddings(path: string, dimension: number): Promise<EmbeddingTable | null> {
  if (!existsSync(path)) return null;
  const table = new EmbeddingTable(dimension);
  const chunks: AsyncIterable<string> = createReadStream(path, "utf8");
  for await (const row of parseEmbeddingsCsv(chunks)) {
    if (!row.ok) throw new CommandError(`${path}, line ${row.error.line}: ${row.error.message}.`);
    table.add(row.value.id, row.value.embedding);
  }
  return table;
}

/**
 * Opens a model folder as `endcap train` writes it.
 * @throws CommandError when it is not one
 */
export async function loadModelFolder(folder: string): Promise<LoadedModel> {
  if (!existsSync(join(folder, MANIFEST_FILE))) throw new CommandError(`${folder} holds no ${MANIFEST_FILE}.`);
  const read = manifestSchema.safeParse(JSON.parse(await readFile(join(folder, MANIFEST_FILE), "utf8")));
  if (!read.success) throw new CommandError(`${join(folder, MANIFEST_FILE)} is not valid: ${read.error.message}`);
  const manifest = read.data;
  let tensors: ReadonlyMap<string, Tensor> = new Map();
  if (Object.hasOwn(manifest.files, WEIGHTS_FILE)) {
    const parsed = parseSafetensors(await readFile(join(folder, WEIGHTS_FILE)));
    if (!parsed.ok) throw new CommandError(`${join(folder, WEIGHTS_FILE)}: ${parsed.error.message}`);
    tensors = parsed.value;
  }
  const [items, userEmbeddings] = await Promise.all([
    readEmbeddings(join(folder, ITEM_EMBEDDINGS_FILE), manifest.dimension),
    readEmbeddings(join(folder, USER_EMBEDDINGS_FILE), manifest.dimension),
  ]);
  const model = createModel(manifest, tensors, items);
  if (!model.ok) throw new CommandError(`${folder} cannot be used: ${model.error.problems.join(" ")}`);
  return { model: model.value, userEmbeddings };
}
