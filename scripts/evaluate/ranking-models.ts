import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { ModelBlend } from "../../domain/models/manifest.ts";
import { ITEM_ID_FEATURE } from "../../domain/models/model.ts";
import { createTower } from "../../domain/models/tower.ts";
import type { FittedModel } from "../train/fit.ts";
import { tensorsOf } from "../train/towers-tensors.ts";
import type { TrainableTower } from "../train/trainable-tower.ts";
import type { ItemWeights } from "./item-weights.ts";
import type { LoadedModel } from "./load-model.ts";
import type { RankingModel } from "./shelf-ranker.ts";

/** A model of a folder, over these items. */
export function loadedModel(
  { model, userEmbeddings, weights }: LoadedModel,
  items: ReadonlyMap<string, FeatureValues>,
): RankingModel {
  return {
    // As when serving: an embedding by id wins, and of a user without features nothing is known.
    embedUser: (userId, features) =>
      userEmbeddings?.get(userId) ?? (Object.keys(features).length === 0 ? null : model.embedUser(features)),
    embedItem: (itemId) => model.embedItem(itemId, items.get(itemId) ?? {}),
    dimension: model.manifest.dimension,
    weights,
    blend: model.manifest.blend,
  };
}

/**
 * A model that was just fitted, over these items: run by the code that serves it, not by the trainer's own.
 * @param towers null = there is nothing but weights and popularity
 */
export function fittedModel(
  towers: FittedModel | null,
  items: ReadonlyMap<string, FeatureValues>,
  weights: ItemWeights | null,
  blend: ModelBlend | undefined,
): RankingModel {
  if (towers === null) return { embedUser: () => null, embedItem: () => null, dimension: 0, weights, blend };
  const tensors = tensorsOf(towers);
  const towerOf = (trained: TrainableTower): ((features: FeatureValues) => Float32Array) => {
    const tower = createTower(trained.specification(), tensors);
    if (!tower.ok) throw new Error(tower.error.problems.join(" "));
    return (features) => tower.value.embed(features);
  };
  const embedUser = towers.userTower === null ? null : towerOf(towers.userTower);
  const embedItem = towerOf(towers.itemTower);
  return {
    embedUser: (_userId, features) => (Object.keys(features).length === 0 ? null : (embedUser?.(features) ?? null)),
    embedItem: (itemId) => embedItem({ ...items.get(itemId), [ITEM_ID_FEATURE]: itemId }),
    dimension: towers.itemTower.dimension,
    weights,
    blend,
  };
}
