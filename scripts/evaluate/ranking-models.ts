import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { createTower } from "../../domain/models/tower.ts";
import type { FittedModel } from "../train/fit.ts";
import { tensorsOf } from "../train/train-model.ts";
import type { TrainableTower } from "../train/trainable-tower.ts";
import type { LoadedModel } from "./load-model.ts";
import type { RankingModel } from "./shelf-ranker.ts";

/** A model of a folder, over these items. */
export function loadedModel(
  { model, userEmbeddings }: LoadedModel,
  items: ReadonlyMap<string, FeatureValues>,
): RankingModel {
  return {
    // As when serving: an embedding by id wins, and of a user without features nothing is known.
    embedUser: (userId, features) =>
      userEmbeddings?.get(userId) ?? (Object.keys(features).length === 0 ? null : model.embedUser(features)),
    embedItem: (itemId) => model.embedItem(itemId, items.get(itemId) ?? {}),
    dimension: model.manifest.dimension,
    blend: model.manifest.blend,
  };
}

/** A model that was just fitted, over these items: run by the code that serves it, not by the trainer's own. */
export function fittedModel(fitted: FittedModel, items: ReadonlyMap<string, FeatureValues>): RankingModel {
  const tensors = tensorsOf(fitted);
  const towerOf = (trained: TrainableTower): ((features: FeatureValues) => Float32Array) => {
    const tower = createTower(trained.specification(), tensors);
    if (!tower.ok) throw new Error(tower.error.problems.join(" "));
    return (features) => tower.value.embed(features);
  };
  const embedUser = towerOf(fitted.userTower);
  const embedItem = towerOf(fitted.itemTower);
  return {
    embedUser: (_userId, features) => (Object.keys(features).length === 0 ? null : embedUser(features)),
    embedItem: (itemId) => embedItem(items.get(itemId) ?? {}),
    dimension: fitted.userTower.dimension,
    blend: undefined,
  };
}
