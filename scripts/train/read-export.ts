import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { asyncBufferFromFile } from "hyparquet";
import { z } from "zod";

import { itemFeatures, userFeatures } from "../../domain/catalogue/features.ts";
import type { FeatureValues } from "../../domain/catalogue/records.ts";
import {
  EXPORT_MANIFEST_FILE,
  type ExportColumn,
  type ExportManifest,
  exportManifestSchema,
  type ExportTable,
} from "../../domain/exports/manifest.ts";
import { type ParquetRow, readParquet } from "../../platform/parquet/read-parquet.ts";
import { CommandError } from "../command.ts";
import type { Interaction, TrainingData } from "./training-data.ts";

const userRow = z.object({ user_id: z.string(), user_country_code: z.string().nullable() });
const itemRow = z.object({
  item_id: z.string(),
  item_name: z.string(),
  item_category: z.string(),
  item_price: z.number(),
});
const trainingRow = z.object({
  user_id: z.string(),
  item_id: z.string(),
  rating: z.number(),
  rating_kind: z.enum(["explicit", "implicit"]),
  views: z.coerce.number(),
  carts: z.coerce.number(),
  purchases: z.coerce.number(),
  last_interaction_at: z.coerce.date().nullable(),
});
type TrainingRow = z.infer<typeof trainingRow>;
const featureValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

async function readManifest(folder: string): Promise<ExportManifest> {
  let text: string;
  try {
    text = await readFile(join(folder, EXPORT_MANIFEST_FILE), "utf8");
  } catch {
    throw new CommandError(`${folder} holds no ${EXPORT_MANIFEST_FILE}: give the folder of a pulled export.`);
  }
  try {
    return exportManifestSchema.parse(JSON.parse(text));
  } catch {
    throw new CommandError(
      `${join(folder, EXPORT_MANIFEST_FILE)} is no manifest of an export that this version reads.`,
    );
  }
}

async function* rowsOf(folder: string, manifest: ExportManifest, table: ExportTable): AsyncGenerator<ParquetRow> {
  for (const { file } of manifest.tables[table].parts)
    yield* await readParquet(await asyncBufferFromFile(join(folder, file)));
}

/** The features of a row under the names that they have in the source. */
function featuresOf(columns: readonly ExportColumn[], row: ParquetRow): FeatureValues {
  const features: FeatureValues = {};
  for (const { name, feature } of columns) if (feature !== undefined) features[feature] = featureValue.parse(row[name]);
  return features;
}

/** True for the folder of a pulled export. */
export function isExportFolder(path: string): boolean {
  return existsSync(join(path, EXPORT_MANIFEST_FILE));
}

/** What was looked at or put into a cart and never bought tells less, in purchases. */
const VIEW_STRENGTH = 0.5;
const CART_STRENGTH = 0.75;

/** A row for each purchase, one for what was never bought, and one for an explicit rating. */
function interactionsOf(row: TrainingRow): Interaction[] {
  const at = row.last_interaction_at?.getTime() ?? null;
  const known = { userId: row.user_id, itemId: row.item_id, at, orderId: null, sessionId: null, quantity: null };
  const rows: Interaction[] = Array.from({ length: row.purchases }, () => ({ ...known, rating: null }));
  if (row.purchases === 0 && row.carts + row.views > 0)
    rows.push({ ...known, rating: null, strength: row.carts > 0 ? CART_STRENGTH : VIEW_STRENGTH });
  if (row.rating_kind === "explicit") rows.push({ ...known, rating: row.rating });
  return rows;
}

/**
 * Reads a pulled export into memory, features under the names and in the shape in which towers get them when they
 * serve (domain/catalogue/features.ts).
 * @throws CommandError when the folder is not an export, Error or ZodError when a file is damaged
 */
export async function readExport(folder: string): Promise<{ id: string; data: TrainingData }> {
  const manifest = await readManifest(folder);
  const users = new Map<string, FeatureValues>();
  for await (const row of rowsOf(folder, manifest, "users")) {
    const { user_id, user_country_code } = userRow.parse(row);
    users.set(user_id, userFeatures(featuresOf(manifest.tables.users.columns, row), user_country_code));
  }
  const items = new Map<string, FeatureValues>();
  for await (const row of rowsOf(folder, manifest, "items")) {
    const { item_id, item_name: name, item_category: category, item_price: price } = itemRow.parse(row);
    const features = featuresOf(manifest.tables.items.columns, row);
    items.set(item_id, itemFeatures({ features, name, category, price }));
  }
  const interactions: Interaction[] = [];
  for await (const row of rowsOf(folder, manifest, "training"))
    interactions.push(...interactionsOf(trainingRow.parse(row)));
  return { id: manifest.id, data: { users, items, interactions } };
}
