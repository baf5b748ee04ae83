import type { RuntimeEnv } from "../../../platform/env.ts";
import { loadServingModel } from "../../../platform/r2/model-store.ts";
import type { RankingCaches } from "./answer.ts";
import { isWhole, loadModelParts, type ServingState } from "./catalogue-cache.ts";
import { NeighbourCache } from "./neighbours.ts";
import { ProfileCache } from "./profile.ts";

/** Lists of nearest items kept for a shadow: apart from the served ones, which it must not crowd out. */
const SHADOW_NEIGHBOURS_KEPT_MAX = 2_000;
/** Profiles kept for a shadow. They are not kept with sessions: a session has room for two models. */
const SHADOW_PROFILES_KEPT_MAX = 500;

interface ShadowState extends ServingState {
  readonly model: NonNullable<ServingState["model"]>;
}

/** Apart from the served caches, and without scores kept by session: those are the active model's. */
export const shadowCaches: RankingCaches = {
  neighbours: new NeighbourCache(SHADOW_NEIGHBOURS_KEPT_MAX),
  profiles: new ProfileCache(SHADOW_PROFILES_KEPT_MAX),
  scored: null,
};

// The isolate's shadow, over the very catalogue that it serves from.
let held: ShadowState | null = null;

/** Lets go of whatever shadow the isolate holds. */
export function forgetShadow(): void {
  if (held === null) return;
  held = null;
  shadowCaches.neighbours.clear();
  shadowCaches.profiles.clear();
}

/**
 * What a shadow ranks from: its model over the catalogue that the answer was made from, loaded when it is first needed.
 * @throws Error when the model, or what it needs for this snapshot, is not there
 */
export async function shadowState(env: RuntimeEnv, served: ServingState, version: string): Promise<ShadowState> {
  const { catalogue } = served;
  if (held !== null && held.model.manifest.version !== version) forgetShadow();
  if (held?.catalogue === catalogue) return held;
  const [model, parts] = await Promise.all([
    held?.model ?? loadServingModel(env.MODELS, version),
    loadModelParts(env, catalogue.version, version),
  ]);
  const loaded: ShadowState = { catalogue, model, ...parts };
  if (!isWhole(loaded)) throw new Error(`The snapshot ${catalogue.version} has no embeddings of ${version}.`);
  held = loaded;
  return loaded;
}
