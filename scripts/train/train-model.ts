import { createHash } from "node:crypto";
import { join } from "node:path";

import type { ModelManifest } from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import type { Tensor } from "../../domain/models/tensor.ts";
import { writeModelFolder } from "../models/write-model-folder.ts";
import { DEFAULT_FIT, fit, type FitProgress, type FittedModel } from "./fit.ts";
import type { TrainingData } from "./training-data.ts";

const HASH_DIGITS = 6;
const DECIMALS = 10_000;

/** A fitted model's tensors by name. */
export function tensorsOf(model: FittedModel): Map<string, Tensor> {
  const parameters = [...model.userTower.parameters, ...model.itemTower.parameters];
  return new Map(parameters.map(({ name, shape, values }) => [name, { shape, values }]));
}

function rounded(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}

/** What is trained on, and how. */
export interface TrainRequest {
  readonly data: TrainingData;
  /** The export that the data came from. */
  readonly sourceExport: string | null;
  readonly seed: number;
  readonly now: Date;
  /** The model's folder is made in here, named by its version. */
  readonly out: string;
}

/**
 * Fits the reference model and writes its folder. The version's name holds the day and a hash of the weights: the same
 * data and seed on the same day give the same name.
 * @throws Error when there is nothing to learn from
 */
export async function trainModel(
  { data, sourceExport, seed, now, out }: TrainRequest,
  onEpoch?: FitProgress,
): Promise<{ folder: string; manifest: ModelManifest }> {
  const model = await fit(data, { ...DEFAULT_FIT, seed }, onEpoch);
  const tensors = tensorsOf(model);
  const hash = createHash("sha256").update(writeSafetensors(tensors)).digest("hex").slice(0, HASH_DIGITS);
  const day = now.toISOString().slice(0, "2026-11-21".length).replaceAll("-", "");
  const version = `two-tower-${day}-${hash}`;
  const folder = join(out, version);
  const manifest = await writeModelFolder(
    folder,
    {
      format: 1,
      version,
      created_at: now.toISOString(),
      description: "Reference model: a content two-tower fitted by `endcap train`",
      dimension: model.userTower.dimension,
      metric: "cosine",
      user_tower: model.userTower.specification(),
      item_tower: model.itemTower.specification(),
      source_export: sourceExport,
      metrics: {
        "validation_ndcg@10": rounded(model.ndcg),
        "validation_popularity_ndcg@10": rounded(model.popularityNdcg),
        epoch: model.epoch,
        users: data.users.size,
        items: data.items.size,
        interactions: data.interactions.length,
      },
    },
    tensors,
  );
  return { folder, manifest };
}
