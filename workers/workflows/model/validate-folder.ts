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

async function checkContents(
  env: RuntimeEnv,
  manifest: ModelManifest,
  readable: ReadonlySet<string>,
  findings: Findings,
  keep: () => Promise<void>,
): Promise<void> {
  const tensors = await readTensors(env, manifest, readable, findings);
  const has = (file: string): boolean => readable.has(file);
  const users = has(USER_EMBEDDINGS_FILE)
    ? await readUsers(env, manifest, USER_EMBEDDINGS_FILE, PROBES_OF_A_SORT, findings)
    : null;
  await keep();
  const itemTable = has(ITEM_EMBEDDINGS_FILE)
    ? await readItemTable(env, manifest, ITEM_EMBEDDINGS_FILE, findings)
    : null;
  await keep();
  const neighbours = has(NEIGHBOURS_FILE) ? await checkNeighbours(env, manifest.version, findings) : [];

  await keep();
  const items = await readItemIds(env);
  // Before the first sync every id is unknown.
  if (items.size > 0) {
    const shared = (ids: Iterable<string>): number => {
      let known = 0;
      for (const id of ids) if (items.has(id)) known++;
      return known;
    };
    if (itemTable !== null) {
      let known = 0;
      for (const id of items) if (itemTable.has(id)) known++;
      checkKnownIds({ file: ITEM_EMBEDDINGS_FILE, of: "items", ids: itemTable.size, known }, findings);
    }
    checkKnownIds({ file: NEIGHBOURS_FILE, of: "items", ids: neighbours.length, known: shared(neighbours) }, findings);
  }
  const knownUsers = users === null ? null : await countKnownUsers(env.DB, users.ids);
  if (users !== null && knownUsers !== null)
    checkKnownIds(
      { file: USER_EMBEDDINGS_FILE, of: "users", ids: users.ids.size, known: knownUsers, hint: PSEUDONYMS_HINT },
      findings,
    );

  // Weights that cannot be read would only be named a second time.
  if (tensors === null) return;
  const model = createModel(manifest, tensors, itemTable);
  if (!model.ok) {
    findings.problem(...model.error.problems);
    return;
  }
  await checkItems(
    env,
    model.value,
    await makeProbes(env, model.value, users?.samples ?? [], findings),
    findings,
    keep,
  );
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
