import { createHash } from "node:crypto";
import { join } from "node:path";

import { type ModelManifest, NEIGHBOURS_FILE } from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import { encodeNeighbours } from "../../platform/parquet/neighbours-file.ts";
import { CommandError } from "../command.ts";
import { writeModelFolder } from "../models/write-model-folder.ts";
import { cardOf } from "./card-of-model.ts";
import { chooseEncoders } from "./choose-encoders.ts";
import { fitModel, type FitModelOptions, type FitModelProgress } from "./fit-model.ts";
import { neighbourColumns } from "./item-weights/neighbour-columns.ts";
import { writeModelCard } from "./model-card/write-model-card.ts";
import { tensorsOf } from "./towers-tensors.ts";
import type { TrainingData } from "./training-data.ts";

const HASH_DIGITS = 6;
const DECIMALS = 10_000;

function rounded(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}

/** A model that is to be published needs both towers: what they read must tell one record from another. */
function assertTellApart({ users, items }: TrainingData): void {
  const lacking = [
    ...(chooseEncoders("user", users.values()).length === 0 ? ["users"] : []),
    ...(chooseEncoders("item", items.values()).length === 0 ? ["items"] : []),
  ];
  if (lacking.length > 0)
    throw new CommandError(
      `There is nothing to learn from: no feature tells ${lacking.join(" or ")} apart. Name some in endcap.config.ts (source.*.features), sync, and export again.`,
    );
}

/** What is trained on, and how. */
export interface TrainRequest {
  readonly data: TrainingData;
  /** The export that the data came from. */
  readonly sourceExport: string | null;
  readonly options: FitModelOptions;
  /** What makes the same model again, for its card. */
  readonly commandLine: string;
  readonly now: Date;
  /** The model's folder is made in here, named by its version. */
  readonly out: string;
}

/**
 * Fits the reference model and writes its folder: towers, item–item weights, blend, and a model card. The version's
 * name holds the day and a hash of everything that was fitted: the same data and seed on the same day give the same
 * name.
 * @throws CommandError when there is nothing to learn from
 */
export async function trainModel(
  { data, sourceExport, options, commandLine, now, out }: TrainRequest,
  progress?: FitModelProgress,
): Promise<{ folder: string; manifest: ModelManifest }> {
  assertTellApart(data);
  const fitted = await fitModel(data, options, progress);
  const { towers, weights, blend, validation } = fitted;
  if (towers === null || towers.userTower === null) throw new Error("Both towers were to be fitted.");
  const tensors = tensorsOf(towers);
  const neighbours = encodeNeighbours(neighbourColumns(weights.lists, weights.itemIds));
  const hash = createHash("sha256")
    .update(writeSafetensors(tensors))
    .update(neighbours)
    .update(JSON.stringify(blend))
    .digest("hex")
    .slice(0, HASH_DIGITS);
  const day = now.toISOString().slice(0, "2026-11-21".length).replaceAll("-", "");
  const version = `reference-${day}-${hash}`;
  const folder = join(out, version);
  const { measured } = validation;
  const manifest = await writeModelFolder(
    folder,
    {
      format: 1,
      version,
      created_at: now.toISOString(),
      description: "Reference model: content towers, item–item weights and their blend, fitted by `endcap train`",
      dimension: towers.itemTower.dimension,
      metric: "cosine",
      user_tower: towers.userTower.specification(),
      item_tower: towers.itemTower.specification(),
      source_export: sourceExport,
      blend,
      metrics: {
        "validation_ndcg@10": rounded(measured.blend.ndcg.value),
        "validation_similarity_ndcg@10": rounded(measured.similarity.ndcg.value),
        "validation_popularity_ndcg@10": rounded(measured.popularity.ndcg.value),
        "validation_weights_ndcg@10": rounded(validation.weights),
        "validation_towers_ndcg@10": rounded(validation.towers ?? 0),
        validation_users: validation.users,
        epoch: towers.epoch,
        users: data.users.size,
        items: data.items.size,
        interactions: data.interactions.length,
      },
    },
    tensors,
    new Map([[NEIGHBOURS_FILE, neighbours]]),
  );
  await writeModelCard(folder, cardOf(fitted, { data, manifest, options, commandLine }));
  return { folder, manifest };
}
