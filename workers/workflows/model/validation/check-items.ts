import config from "#shop-config";
import { itemFeatures } from "../../../../domain/catalogue/features.ts";
import type { Model } from "../../../../domain/models/model.ts";
import { VECTOR_UPSERT_MAX_VECTORS } from "../../../../domain/models/vector-index.ts";
import { readItemChanges } from "../../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../../platform/env.ts";
import type { Findings } from "../findings.ts";
import { type Probe, SmokeRanking } from "./smoke-ranking.ts";

/** A model that gives fewer of the shop's items an embedding than this share would leave most of the shop unseen. */
export const ITEM_COVERAGE_MIN = 0.5;
/** Embeddings that differ by less than this share of the largest component are one embedding. */
const SAME_EMBEDDING = 1e-6;
const BEFORE_ALL_RUNS = -1;

/** Whether all embeddings that it sees are the same. */
class Collapse {
  #first: Float32Array | null = null;
  #count = 0;
  #differs = false;

  add(embedding: Float32Array): void {
    this.#count++;
    this.#first ??= embedding;
    if (this.#differs) return;
    const first = this.#first;
    const largest = embedding.reduce((most, value, at) => Math.max(most, Math.abs(value), Math.abs(first[at] ?? 0)), 0);
    this.#differs = embedding.some((value, at) => Math.abs(value - (first[at] ?? 0)) > SAME_EMBEDDING * largest);
  }

  get isComplete(): boolean {
    return this.#count > 1 && !this.#differs;
  }
}

/** The ids of all items that the shop has or had. */
export async function readItemIds(env: RuntimeEnv): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of readItemChanges(env.DB, BEFORE_ALL_RUNS, VECTOR_UPSERT_MAX_VECTORS))
    for (const { itemId } of page) ids.add(itemId);
  return ids;
}

/** Embeds every item of the shop, as indexing will, and ranks them for some shoppers. */
export async function checkItems(
  env: RuntimeEnv,
  model: Model,
  probes: readonly Probe[],
  findings: Findings,
  keep: () => Promise<void>,
): Promise<void> {
  let items = 0;
  let embedded = 0;
  const collapse = new Collapse();
  const ranking = new SmokeRanking(probes);
  for await (const page of readItemChanges(env.DB, BEFORE_ALL_RUNS, VECTOR_UPSERT_MAX_VECTORS)) {
    await keep();
    for (const item of page) {
      if (item.deleted) continue;
      items++;
      const embedding = model.embedItem(item.itemId, itemFeatures(item, config.source.items.columns));
      if (embedding === null) continue;
      embedded++;
      if (embedding.every(Number.isFinite)) {
        collapse.add(embedding);
        ranking.add(embedding);
      } else findings.problemOf("the items' embeddings", `The embedding of the item "${item.itemId}" is not finite.`);
    }
  }
  if (embedded < items * ITEM_COVERAGE_MIN)
    findings.problem(`Only ${embedded} of the shop's ${items} items would get an embedding; at least half must.`);
  else if (embedded < items)
    findings.doubt(`${items - embedded} of the shop's ${items} items have no embedding: no profile leads to them.`);
  if (collapse.isComplete)
    findings.problem(`All ${embedded} items have the same embedding: the model tells none from another.`);
  // Nothing to rank before the first sync, and what is collapsed has been named.
  if (items > 0 && !collapse.isComplete) ranking.report(findings);
}
