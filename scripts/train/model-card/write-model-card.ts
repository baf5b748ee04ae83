import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { cardPage, curveFile } from "./card-page.ts";
import { lineChart } from "./line-chart.ts";
import type { ModelCard } from "./model-card.ts";

/** The page about a model, for people: not listed in its manifest, and not uploaded. */
export const MODEL_CARD_FILE = "MODEL_CARD.md";

/**
 * Writes the page about a model and the pictures that it shows into the model's folder. The same card gives the same
 * files.
 * @param folder made when it is not there
 */
export async function writeModelCard(folder: string, card: ModelCard): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [place, curve] of card.curves.entries())
    await writeFile(join(folder, curveFile(curve, place)), lineChart(curve));
  await writeFile(join(folder, MODEL_CARD_FILE), cardPage(card));
}
