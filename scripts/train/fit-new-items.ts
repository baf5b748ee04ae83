import { rowsByUser } from "../../domain/evaluation/rows-by-user.ts";
import { splitColdItems } from "../../domain/evaluation/split-cold-items.ts";
import { createRandom } from "../random.ts";
import { DEFAULT_FIT, fit, type FitOptions, type FitProgress, type FittedModel } from "./fit.ts";
import type { TrainingData } from "./training-data.ts";

/**
 * What ranks new items well is learned late: first what old items are wanted, then, much later, that those which a user
 * passed over are not. So the looks at the validation part may fall for long before they rise.
 */
const NEW_ITEMS_FIT: Partial<FitOptions> = { patience: 30, learningRate: 0.006 };

/**
 * Fits towers that are judged on new items alone: a part of the items is kept from training with all their
 * interactions, and the epoch that ranks them best among all items is the one that is gone to with all items.
 * @throws Error when there is nothing to learn from
 */
export async function fitForNewItems(data: TrainingData, seed: number, onEpoch?: FitProgress): Promise<FittedModel> {
  const options: FitOptions = { ...DEFAULT_FIT, ...NEW_ITEMS_FIT, seed };
  const touched = new Set(data.interactions.map(({ itemId }) => itemId));
  const { train, test } = splitColdItems(data.interactions, createRandom(seed), touched);
  const heldOut = new Map(
    [...rowsByUser(test)].map(([userId, rows]) => [userId, new Set(rows.map(({ itemId }) => itemId))]),
  );
  // Items that are new to all of it are ranked by nobody here.
  const known = { ...data, items: new Map([...data.items].filter(([itemId]) => touched.has(itemId))) };
  const judged = await fit({ ...known, interactions: train }, options, onEpoch, heldOut);
  const epochsMax = Math.max(1, judged.epoch);
  const fitted = await fit(known, { ...options, epochsMax }, onEpoch, null);
  return { ...fitted, epoch: judged.epoch, ndcg: judged.ndcg, looks: judged.looks };
}
