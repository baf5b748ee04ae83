import type { Catalogue } from "../../../domain/catalogue/catalogue.ts";
import type { ItemNeighbours } from "../../../domain/catalogue/item-neighbours.ts";
import type { ItemVectors } from "../../../domain/catalogue/item-vectors.ts";
import type { Control } from "../../../domain/control/control.ts";
import { NEIGHBOURS_FILE } from "../../../domain/models/manifest.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { loadCatalogue, loadItemNeighbours, loadItemVectors } from "../../../platform/r2/catalogue-store.ts";
import { loadServingModel, type ServingModel } from "../../../platform/r2/model-store.ts";
import { heldLiveItems } from "../pushes/live-items-cache.ts";
import { SharedWork, type WaitUntil } from "../shared-work.ts";
import { within } from "./deadline.ts";

/**
 * What an isolate serves from: a catalogue snapshot, the active model, and that model's embeddings and weights for that snapshot.
 * They change together, as one value, so that no answer mixes two versions.
 */
export interface ServingState {
  readonly catalogue: Catalogue;
  readonly model: ServingModel | null;
  readonly vectors: ItemVectors | null;
  /** The model's item–item weights, if it has any. */
  readonly neighbours: ItemNeighbours | null;
}

/** After a failed load the old state is served for this long before the next try. */
const RETRY_MILLISECONDS = 5_000;
/** A model without its parts for the snapshot is looked at again after this long: they may have been made since. */
const PARTS_RETRY_MILLISECONDS = 30_000;
/**
 * An isolate whose state was the wanted one within this time follows a change beside its answers. One that had nothing
 * to do for longer waits for the new state first: a change is felt everywhere within 10 seconds, also where it is quiet.
 */
export const STATE_UNSEEN_MILLISECONDS = 8_000;

// The isolate's copy: at most the state in use and the one being loaded.
let state: ServingState | null = null;
let stateKey = "";
// What the newest request wanted, and when a request last wanted what is there.
let wantedKey = "";
let seenAt = 0;
const loading = new SharedWork<void>();
let retryAt = 0;
let partsRetryAt = 0;

function keyOf(control: Control): string {
  return `${control.catalogue?.version ?? ""}|${control.model.active ?? ""}`;
}

/** What a model has beside a snapshot. */
export type ModelParts = Pick<ServingState, "vectors" | "neighbours">;

/** Loads what a model has beside a snapshot. */
export async function loadModelParts(env: RuntimeEnv, snapshot: string, model: string): Promise<ModelParts> {
  const [vectors, neighbours] = await Promise.all([
    loadItemVectors(env.RUNTIME, snapshot, model),
    loadItemNeighbours(env.RUNTIME, snapshot, model),
  ]);
  return { vectors, neighbours };
}

/** True when nothing is missing of what the model ships. */
export function isWhole({ model, vectors, neighbours }: Omit<ServingState, "catalogue">): boolean {
  if (model === null) return true;
  return vectors !== null && (neighbours !== null || !Object.hasOwn(model.manifest.files, NEIGHBOURS_FILE));
}

async function load(env: RuntimeEnv, control: Control, key: string): Promise<void> {
  const version = control.catalogue?.version;
  const active = control.model.active;
  if (version === undefined) return;
  try {
    const [catalogue, model, parts] = await Promise.all([
      state?.catalogue.version === version ? state.catalogue : loadCatalogue(env.RUNTIME, version),
      active === null
        ? null
        : state?.model?.manifest.version === active
          ? state.model
          : loadServingModel(env.MODELS, active),
      active === null ? { vectors: null, neighbours: null } : loadModelParts(env, version, active),
    ]);
    // Pointers that moved on while this was loading have a load of their own: a slow one must not undo it.
    if (state !== null && key !== wantedKey) return;
    state = { catalogue, model, ...parts };
    stateKey = key;
    partsRetryAt = isWhole(state) ? Infinity : Date.now() + PARTS_RETRY_MILLISECONDS;
  } catch (error) {
    retryAt = Date.now() + RETRY_MILLISECONDS;
    logger.error("serving_state_unreadable", { key, message: messageOf(error) });
  }
}

/** A cold isolate loads catalogue and model before its first answer, within this. */
export const COLD_START_DEADLINE_MILLISECONDS = 600;

/** The state as it is to be served: what was pushed since the snapshot is in it. */
function present(): ServingState | null {
  const live = heldLiveItems();
  if (live !== null) state?.catalogue.follow(live);
  return state;
}

/**
 * The state that control.json points at, when the isolate has it; else the one it has, while the new one is loaded
 * beside the answer. Only an isolate with no state, or one that has not looked for long, waits, and not for ever.
 * @param control the newest that the isolate has, as of this very moment: an older one would bring its models back
 * @param waitUntil keeps the loading alive when the answer is faster
 */
export async function readyState(
  env: RuntimeEnv,
  control: Control | null,
  waitUntil: WaitUntil,
): Promise<ServingState | null> {
  if (control === null || control.catalogue === null) return present();
  const key = keyOf(control);
  const now = Date.now();
  wantedKey = key;
  if (key === stateKey) {
    seenAt = now;
    if (now < partsRetryAt) return present();
    partsRetryAt = now + PARTS_RETRY_MILLISECONDS;
    void loading.run(key, waitUntil, now, () => load(env, control, key));
    return present();
  }
  if (now < retryAt) return present();
  const loaded = loading.run(key, waitUntil, now, () => load(env, control, key));
  if (state === null || now - seenAt > STATE_UNSEEN_MILLISECONDS) {
    await within("serving_state", COLD_START_DEADLINE_MILLISECONDS, loaded, waitUntil);
    // Once: should it not come, the answers after this one do not wait as well.
    seenAt = Date.now();
  }
  return present();
}
