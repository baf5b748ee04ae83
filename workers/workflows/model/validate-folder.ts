import config from "#shop-config";
import { itemFeatures } from "../../../domain/catalogue/features.ts";
import { EmbeddingTable } from "../../../domain/models/embedding-table.ts";
import {
  EMBEDDINGS_MAX_BYTES,
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  MANIFEST_MAX_BYTES,
  type ModelManifest,
  manifestSchema,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
  WEIGHTS_MAX_BYTES,
} from "../../../domain/models/manifest.ts";
import { createModel, type Model } from "../../../domain/models/model.ts";
import { parseSafetensors } from "../../../domain/models/safetensors.ts";
import type { Tensor } from "../../../domain/models/tensor.ts";
import { VECTOR_INDEX_DIMENSIONS, VECTOR_UPSERT_MAX_VECTORS } from "../../../domain/models/vector-index.ts";
import { readItemChanges } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { modelFileKey, readEmbeddings } from "../../../platform/r2/model-store.ts";
import { summarizeFile } from "./folder-file.ts";
import { Problems } from "./problems.ts";

/** A model that knows fewer of the shop's items than this share was made for another shop, or another year. */
export const ITEM_COVERAGE_MIN = 0.5;

/** What a folder turned out to be: `manifest` is null when there is none that can be read. */
export interface Validation {
  readonly manifest: ModelManifest | null;
  /** Every reason for which the model cannot be used; none = it can. */
  readonly problems: string[];
}

async function readManifest(env: RuntimeEnv, version: string, problems: Problems): Promise<ModelManifest | null> {
  const object = await env.MODELS.get(modelFileKey(version, MANIFEST_FILE));
  if (object === null) {
    problems.add(`${MANIFEST_FILE} is missing, and there is no readable ${ITEM_EMBEDDINGS_FILE} to make one for.`);
    return null;
  }
  if (object.size > MANIFEST_MAX_BYTES) {
    problems.add(`${MANIFEST_FILE} is longer than ${MANIFEST_MAX_BYTES} bytes.`);
    return null;
  }
  try {
    const parsed = manifestSchema.safeParse(await object.json());
    if (parsed.success) return parsed.data;
    problems.add(...parsed.error.issues.map(({ path, message }) => `${MANIFEST_FILE}: ${path.join(".")}: ${message}.`));
  } catch {
    problems.add(`${MANIFEST_FILE} is not JSON.`);
  }
  return null;
}

async function checkFiles(env: RuntimeEnv, manifest: ModelManifest, problems: Problems): Promise<void> {
  for (const [file, listed] of Object.entries(manifest.files)) {
    const summary = await summarizeFile(env.MODELS, manifest.version, file);
    if (summary === null) problems.add(`${file} is listed in the manifest and missing.`);
    else if (summary.sha256 !== listed.sha256 || summary.bytes !== listed.bytes)
      problems.add(`${file} is not the file that the manifest lists: its checksum or length differs.`);
    const most = file === WEIGHTS_FILE ? WEIGHTS_MAX_BYTES : EMBEDDINGS_MAX_BYTES;
    if (summary !== null && summary.bytes > most) problems.add(`${file} is longer than ${most} bytes.`);
  }
  for (const file of [WEIGHTS_FILE, ITEM_EMBEDDINGS_FILE, USER_EMBEDDINGS_FILE]) {
    if (Object.hasOwn(manifest.files, file)) continue;
    if ((await env.MODELS.head(modelFileKey(manifest.version, file))) !== null)
      problems.add(`${file} is there but not listed in the manifest.`);
  }
}

async function readTensors(env: RuntimeEnv, manifest: ModelManifest, problems: Problems): Promise<Map<string, Tensor>> {
  const object = Object.hasOwn(manifest.files, WEIGHTS_FILE)
    ? await env.MODELS.get(modelFileKey(manifest.version, WEIGHTS_FILE))
    : null;
  if (object === null) return new Map();
  const parsed = parseSafetensors(new Uint8Array(await object.arrayBuffer()));
  if (!parsed.ok) {
    problems.add(`${WEIGHTS_FILE}: ${parsed.error.message}`);
    return new Map();
  }
  for (const [name, { values }] of parsed.value)
    if (!values.every(Number.isFinite))
      problems.add(`${WEIGHTS_FILE}: the tensor "${name}" holds numbers that are not finite.`);
  return parsed.value;
}

/** Reads embeddings by id and names every row that is wrong; null when there is no such file. */
async function readTable(
  env: RuntimeEnv,
  { version, dimension }: ModelManifest,
  file: string,
  problems: Problems,
): Promise<EmbeddingTable | null> {
  const rows = await readEmbeddings(env.MODELS, version, file);
  if (rows === null) return null;
  const table = new EmbeddingTable(dimension);
  for await (const row of rows) {
    if (!row.ok) problems.add(`${file}, line ${row.error.line}: ${row.error.message}.`);
    else if (row.value.embedding.length !== dimension) {
      problems.add(`${file} has embeddings of ${row.value.embedding.length} numbers, the manifest says ${dimension}.`);
      return table;
    } else if (!table.add(row.value.id, row.value.embedding))
      problems.add(`${file}: "${row.value.id}" is there twice.`);
  }
  return table;
}

/** Embeds every item of the shop, as indexing will. */
async function checkItems(env: RuntimeEnv, model: Model, problems: Problems): Promise<void> {
  let items = 0;
  let embedded = 0;
  for await (const page of readItemChanges(env.DB, 0, VECTOR_UPSERT_MAX_VECTORS)) {
    for (const item of page) {
      if (item.deleted) continue;
      items++;
      const embedding = model.embedItem(item.itemId, itemFeatures(item, config.source.items.columns));
      if (embedding === null) continue;
      embedded++;
      if (!embedding.every(Number.isFinite)) problems.add(`The embedding of the item "${item.itemId}" is not finite.`);
    }
  }
  if (embedded < items * ITEM_COVERAGE_MIN)
    problems.add(`Only ${embedded} of the shop's ${items} items would get an embedding; at least half must.`);
}

/** Checks everything that would keep a model folder in the MODELS bucket from being served. */
export async function validateFolder(env: RuntimeEnv, version: string): Promise<Validation> {
  const problems = new Problems();
  const manifest = await readManifest(env, version, problems);
  if (manifest === null) return { manifest, problems: problems.toList() };
  if (manifest.version !== version) {
    problems.add(`The manifest says version "${manifest.version}", the folder is "${version}".`);
    return { manifest, problems: problems.toList() };
  }
  if (manifest.dimension > VECTOR_INDEX_DIMENSIONS)
    problems.add(`The dimension ${manifest.dimension} is more than the index has: ${VECTOR_INDEX_DIMENSIONS}.`);
  await checkFiles(env, manifest, problems);
  // Files that are not what they claim to be are not worth reading.
  if (problems.found) return { manifest, problems: problems.toList() };
  const tensors = await readTensors(env, manifest, problems);
  await readTable(env, manifest, USER_EMBEDDINGS_FILE, problems);
  const itemEmbeddings = await readTable(env, manifest, ITEM_EMBEDDINGS_FILE, problems);
  const model = createModel(manifest, tensors, itemEmbeddings);
  if (model.ok) await checkItems(env, model.value, problems);
  else problems.add(...model.error.problems);
  return { manifest, problems: problems.toList() };
}
