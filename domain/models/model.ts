import type { FeatureValues } from "../catalogue/records.ts";
import { err, ok, type Result } from "../result.ts";
import type { EmbeddingTable } from "./embedding-table.ts";
import { ITEM_EMBEDDINGS_FILE, type ModelManifest, type TowerSpecification, USER_EMBEDDINGS_FILE } from "./manifest.ts";
import { normalize } from "./normalize.ts";
import type { Tensor } from "./tensor.ts";
import { createTower, type Tower } from "./tower.ts";

/** The feature under which an item tower may know an item itself: a row beside its content, for items of the training. */
export const ITEM_ID_FEATURE = "item_id";

/** What answering needs of a model: users, computed while the shopper waits. */
export interface ServingModel {
  readonly manifest: ModelManifest;
  /** True when some users have an embedding by id, which wins over the computed one. */
  readonly hasUserEmbeddings: boolean;
  /** The embedding of a user with these features (`dimension` numbers), or null when the model has no user tower. */
  embedUser(features: FeatureValues): Float32Array | null;
}

/** A whole model: users and items. */
export interface Model extends ServingModel {
  /** The embedding of an item: the one shipped for its id, else the item tower's, else null. */
  embedItem(itemId: string, features: FeatureValues): Float32Array | null;
}

/** Every sentence names one thing that keeps a model from being used. */
export interface ModelFailure {
  readonly kind: "model_invalid";
  readonly problems: readonly string[];
}

function towerOf(
  name: "user_tower" | "item_tower",
  manifest: ModelManifest,
  tensors: ReadonlyMap<string, Tensor>,
  problems: string[],
): Tower | null {
  const specification: TowerSpecification | null = manifest[name];
  if (specification === null) return null;
  if (manifest.metric === "cosine" && !specification.normalize)
    problems.push(`${name}: a cosine model must set "normalize", since the index compares by dot product.`);
  const tower = createTower(specification, tensors);
  if (!tower.ok) {
    problems.push(...tower.error.problems.map((problem) => `${name}: ${problem}`));
    return null;
  }
  if (tower.value.dimension !== manifest.dimension)
    problems.push(
      `${name}: its embeddings have ${tower.value.dimension} numbers, the manifest says ${manifest.dimension}.`,
    );
  return tower.value;
}

function servingModel(manifest: ModelManifest, userTower: Tower | null): ServingModel {
  return {
    manifest,
    hasUserEmbeddings: Object.hasOwn(manifest.files, USER_EMBEDDINGS_FILE),
    embedUser: (features) => userTower?.embed(features) ?? null,
  };
}

/** Makes what the serving plane needs of a model: no item tower is built, no embeddings by id are read. */
export function createServingModel(
  manifest: ModelManifest,
  tensors: ReadonlyMap<string, Tensor>,
): Result<ServingModel, ModelFailure> {
  const problems: string[] = [];
  const userTower = towerOf("user_tower", manifest, tensors, problems);
  return problems.length === 0 ? ok(servingModel(manifest, userTower)) : err({ kind: "model_invalid", problems });
}

/**
 * Makes a model of its manifest, its tensors, and the embeddings of items by id if it ships such.
 * @returns every problem at once when it cannot be used
 */
export function createModel(
  manifest: ModelManifest,
  tensors: ReadonlyMap<string, Tensor>,
  itemEmbeddings: EmbeddingTable | null,
): Result<Model, ModelFailure> {
  const problems: string[] = [];
  const userTower = towerOf("user_tower", manifest, tensors, problems);
  const itemTower = towerOf("item_tower", manifest, tensors, problems);
  if (manifest.item_tower === null && itemEmbeddings === null)
    problems.push(`There are no items: add an item_tower or ${ITEM_EMBEDDINGS_FILE}.`);
  if (manifest.user_tower === null && !Object.hasOwn(manifest.files, USER_EMBEDDINGS_FILE))
    problems.push(`There are no users: add a user_tower or ${USER_EMBEDDINGS_FILE}.`);
  if (itemEmbeddings !== null && itemEmbeddings.dimension !== manifest.dimension)
    problems.push(
      `${ITEM_EMBEDDINGS_FILE} has embeddings of ${itemEmbeddings.dimension} numbers, the manifest says ${manifest.dimension}.`,
    );
  if (problems.length > 0) return err({ kind: "model_invalid", problems });
  return ok({
    ...servingModel(manifest, userTower),
    embedItem(itemId, features) {
      const shipped = itemEmbeddings?.get(itemId) ?? null;
      if (shipped === null) return itemTower?.embed({ ...features, [ITEM_ID_FEATURE]: itemId }) ?? null;
      if (manifest.metric === "cosine") normalize(shipped);
      return shipped;
    },
  });
}
