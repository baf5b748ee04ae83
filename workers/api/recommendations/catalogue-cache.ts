import type { Catalogue } from "../../../domain/catalogue/catalogue.ts";
import type { ItemNeighbours } from "../../../domain/catalogue/item-neighbours.ts";
import type { ItemVectors } from "../../../domain/catalogue/item-vectors.ts";
import type { Control } from "../../../domain/control/control.ts";
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

// The isolate's copy: at most the state in use and the one being loaded.
let state: ServingState | null = null;
let stateKey = "";
const loading = new SharedWork<void>();
let retryAt = 0;

function keyOf(control: Control): string {
  return `${control.catalogue?.version ?? ""}|${control.model.active ?? ""}`;
}

async function load(env: RuntimeEnv, control: Control, key: string): Promise<void> {
  const version = control.catalogue?.version;
  const active = control.model.active;
  if (version === undefined) return;
  try {
    const [catalogue, model, vectors, neighbours] = await Promise.all([
      state?.catalogue.version === version ? state.catalogue : loadCatalogue(env.RUNTIME, version),
      active === null
        ? null
        : state?.model?.manifest.version === active
          ? state.model
          : loadServingModel(env.MODELS, active),
      active === null ? null : loadItemVectors(env.RUNTIME, version, active),
      active === null ? null : loadItemNeighbours(env.RUNTIME, version, active),
    ]);
    state = { catalogue, model, vectors, neighbours };
    stateKey = key;
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
 * beside the answer. Only an isolate with no state at all waits, and not for ever.
 * @param waitUntil keeps the loading alive when the answer is faster
 */
export async function readyState(
  env: RuntimeEnv,
  control: Control | null,
  waitUntil: WaitUntil,
): Promise<ServingState | null> {
  if (control === null || control.catalogue === null) return present();
  const key = keyOf(control);
  if (key === stateKey) return present();
  const now = Date.now();
  if (now < retryAt) return present();
  const loaded = loading.run(key, waitUntil, now, () => load(env, control, key));
  if (state === null) await within("serving_state", COLD_START_DEADLINE_MILLISECONDS, loaded, waitUntil);
  return present();
}
