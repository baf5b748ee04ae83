import type { EmbeddingTable } from "../../../domain/models/embedding-table.ts";
import type { EmbeddingRow } from "../../../domain/models/embeddings-csv.ts";
import {
  ITEM_EMBEDDINGS_FILE,
  type ModelManifest,
  NEIGHBOURS_FILE,
  USER_EMBEDDINGS_FILE,
} from "../../../domain/models/manifest.ts";
import { createModel } from "../../../domain/models/model.ts";
import { countKnownUsers } from "../../../platform/d1/user-features.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { Findings } from "./findings.ts";
import { checkFiles, readTensors } from "./validation/check-files.ts";
import { checkItems, readItemIds } from "./validation/check-items.ts";
import { checkKnownIds } from "./validation/check-known-ids.ts";
import { checkNeighbours } from "./validation/check-neighbours.ts";
import { makeProbes, PROBES_OF_A_SORT } from "./validation/probes.ts";
import { readItemTable, readUsers } from "./validation/read-embeddings.ts";
import { readManifest } from "./validation/read-manifest.ts";

/** What a folder turned out to be: `manifest` is null when there is none that can be read. */
export interface Validation {
  readonly manifest: ModelManifest | null;
  /** Every reason for which the model cannot be used; none = it can. */
  readonly problems: readonly string[];
  /** What is odd about it, and keeps nothing from being served. */
  readonly doubts: readonly string[];
}

const PSEUDONYMS_HINT =
  "An export names users by pseudonyms unless it is made with raw user ids; embeddings by id need the shop's own.";

/** Ids of both. */
function shared(ids: Iterable<string>, others: { has(id: string): boolean }): number {
  let known = 0;
  for (const id of ids) if (others.has(id)) known++;
  return known;
}

/** Checks the users that are shipped by id. @returns a few of them, to rank for */
async function checkUsers(
  env: RuntimeEnv,
  manifest: ModelManifest,
  findings: Findings,
): Promise<readonly EmbeddingRow[]> {
  const file = USER_EMBEDDINGS_FILE;
  const { ids, samples } = await readUsers(env, manifest, file, PROBES_OF_A_SORT, findings);
  const known = await countKnownUsers(env.DB, ids);
  if (known !== null) checkKnownIds({ file, of: "users", ids: ids.size, known, hint: PSEUDONYMS_HINT }, findings);
  return samples;
}

/** Checks the files one after the other, the largest last: of those before only little is kept. */
async function checkContents(
  env: RuntimeEnv,
  manifest: ModelManifest,
  readable: ReadonlySet<string>,
  findings: Findings,
  keep: () => Promise<void>,
): Promise<void> {
  const items = await readItemIds(env);
  // Before the first sync every id is unknown.
  const isEmptyShop = items.size === 0;
  await keep();
  if (readable.has(NEIGHBOURS_FILE)) {
    const ids = await checkNeighbours(env, manifest.version, findings);
    const file = NEIGHBOURS_FILE;
    if (!isEmptyShop) checkKnownIds({ file, of: "items", ids: ids.length, known: shared(ids, items) }, findings);
  }
  await keep();
  const samples = readable.has(USER_EMBEDDINGS_FILE) ? await checkUsers(env, manifest, findings) : [];
  await keep();
  let table: EmbeddingTable | null = null;
  if (readable.has(ITEM_EMBEDDINGS_FILE)) {
    const file = ITEM_EMBEDDINGS_FILE;
    table = await readItemTable(env, manifest, file, findings);
    if (!isEmptyShop) checkKnownIds({ file, of: "items", ids: table.size, known: shared(items, table) }, findings);
  }
  items.clear();
  const tensors = await readTensors(env, manifest, readable, findings);
  // Weights that cannot be read would only be named a second time.
  if (tensors === null) return;
  const model = createModel(manifest, tensors, table);
  if (!model.ok) {
    findings.problem(...model.error.problems);
    return;
  }
  const probes = await makeProbes(env, model.value, samples, findings);
  await checkItems(env, model.value, probes, findings, keep);
}

/**
 * Checks everything that would keep a model folder in the MODELS bucket from being served.
 * @param keep called again and again on the way
 */
export async function validateFolder(env: RuntimeEnv, version: string, keep: () => Promise<void>): Promise<Validation> {
  const findings = new Findings();
  const { manifest, usable } = await readManifest(env, version, findings);
  if (usable !== null) await checkContents(env, usable, await checkFiles(env, usable, findings), findings, keep);
  return { manifest, problems: findings.problems, doubts: findings.doubts };
}
