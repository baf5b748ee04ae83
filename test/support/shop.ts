import { createHash } from "node:crypto";

import { encodeCatalogue } from "../../domain/catalogue/encode-catalogue.ts";
import { encodeItemVectors } from "../../domain/catalogue/item-vectors.ts";
import { SalesStatistics } from "../../domain/catalogue/sales-statistics.ts";
import { controlSchema, CONTROL_OBJECT_KEY } from "../../domain/control/control.ts";
import { MANIFEST_FILE, type ModelManifest, WEIGHTS_FILE } from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import { vectorId } from "../../domain/models/vector-id.ts";
import { VECTOR_INDEX_DIMENSIONS } from "../../domain/models/vector-index.ts";
import { item, order } from "./catalogue.ts";
import { eventually, type TestRuntime } from "./runtime.ts";

/**
 * A shop of 60 items whose embeddings lie on a circle, so that an item's nearest are its neighbours by number, and a
 * model whose users from France point at item-15 and those from Germany at item-45. item-03 is out of stock.
 */
export const TEST_SHOP = { items: 60, model: "circle", catalogue: "test-1" } as const;

/** The id of the n-th item. */
export function shopItem(n: number): string {
  return `item-${String(((n % TEST_SHOP.items) + TEST_SHOP.items) % TEST_SHOP.items).padStart(2, "0")}`;
}

function onCircle(n: number): [number, number] {
  const angle = (n / TEST_SHOP.items) * 2 * Math.PI;
  return [Math.cos(angle), Math.sin(angle)];
}

function model(): { manifest: ModelManifest; weights: Uint8Array } {
  const rows = [[0, 0], onCircle(15), onCircle(45)];
  const weights = writeSafetensors(new Map([["country", { shape: [3, 2], values: Float32Array.from(rows.flat()) }]]));
  const sha256 = createHash("sha256").update(weights).digest("hex");
  return {
    weights,
    manifest: {
      format: 1,
      version: TEST_SHOP.model,
      created_at: "2026-11-21T00:00:00.000Z",
      description: "A circle.",
      dimension: 2,
      metric: "cosine",
      user_tower: {
        encoders: [{ kind: "category", feature: "country_code", vocabulary: ["FR", "DE"], table: "country" }],
        layers: [],
        normalize: true,
      },
      item_tower: null,
      source_export: null,
      metrics: {},
      files: { [WEIGHTS_FILE]: { sha256, bytes: weights.byteLength } },
    },
  };
}

/** Puts the shop, its model and its vectors where a sync and an activation would have put them. */
export async function openTestShop(runtime: TestRuntime): Promise<void> {
  const { env } = runtime;
  const items = Array.from({ length: TEST_SHOP.items }, (_, n) =>
    item(shopItem(n), { category: n % 2 === 0 ? "Cars" : "Ships", price: n + 1, stock: n === 3 ? 0 : 10 }),
  );
  const places = new Map(items.map((entry, place) => [entry.itemId, place]));
  const statistics = new SalesStatistics(items.length, (id) => places.get(id), 0);
  items.forEach((entry, n) => {
    for (let copy = 0; copy < TEST_SHOP.items - n; copy++)
      statistics.addOrder(order(`${n}-${copy}`, [entry.itemId]), "US");
  });
  for (let copy = 0; copy < 9; copy++) statistics.addOrder(order(`pair-${copy}`, [shopItem(20), shopItem(50)]), "US");
  const embeddings = items.map((_, n) => Float32Array.from(onCircle(n)));
  const { catalogue, model: version } = TEST_SHOP;
  await env.RUNTIME.put(`catalogue/${catalogue}/items.bin`, encodeCatalogue(catalogue, items, statistics, "USD"));
  await env.RUNTIME.put(
    `catalogue/${catalogue}/vectors-${version}.bin`,
    encodeItemVectors(catalogue, version, 2, embeddings),
  );
  const { manifest, weights } = model();
  await env.MODELS.put(`${version}/${MANIFEST_FILE}`, JSON.stringify(manifest));
  await env.MODELS.put(`${version}/${WEIGHTS_FILE}`, weights);
  await env.VECTOR_INDEX.upsert(
    embeddings.map((embedding, n) => ({
      id: vectorId(version, shopItem(n)),
      namespace: version,
      values: Array.from({ length: VECTOR_INDEX_DIMENSIONS }, (_, component) => embedding[component] ?? 0),
    })),
  );
  await eventually(async () => (await env.VECTOR_INDEX.getByIds([vectorId(version, shopItem(0))])).length === 1);
  const control = controlSchema.parse(await (await env.RUNTIME.get(CONTROL_OBJECT_KEY))?.json());
  await env.RUNTIME.put(
    CONTROL_OBJECT_KEY,
    JSON.stringify({ ...control, model: { active: version, previous: null }, catalogue: { version: catalogue } }),
  );
  const users = [
    ["1", "FR", { city: "Nantes" }],
    ["2", "DE", { city: "Berlin" }],
  ] as const;
  for (const [userId, country, features] of users) {
    await env.DB.prepare(
      "INSERT INTO users (user_id, country, features, row_hash, changed_run) VALUES (?, ?, ?, '', 1)",
    )
      .bind(userId, country, JSON.stringify(features))
      .run();
  }
}
