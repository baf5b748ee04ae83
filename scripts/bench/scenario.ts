import { createHash } from "node:crypto";

import { encodeCatalogue } from "../../domain/catalogue/encode-catalogue.ts";
import { encodeItemNeighbours, type NeighbourList, neighboursPerItem } from "../../domain/catalogue/item-neighbours.ts";
import { encodeItemVectors } from "../../domain/catalogue/item-vectors.ts";
import type { ItemRecord } from "../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../domain/catalogue/sales-statistics.ts";
import { CONTROL_OBJECT_KEY, type Control, emptyControl } from "../../domain/control/control.ts";
import { MANIFEST_FILE, type ModelManifest, WEIGHTS_FILE } from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import { vectorId } from "../../domain/models/vector-id.ts";
import { VECTOR_UPSERT_MAX_VECTORS } from "../../domain/models/vector-index.ts";
import { putCatalogue, putItemNeighbours, putItemVectors } from "../../platform/r2/catalogue-store.ts";
import { createRandom } from "../random.ts";
import type { BenchRuntime } from "./runtime.ts";

/** The bench's fixed scenario: see docs/benchmarks.md. */
export const SCENARIO = {
  items: 10_000,
  dimension: 64,
  orders: 20_000,
  linesPerOrder: 4,
  interactionsPerShopper: 20,
  seed: 20_261_121,
} as const;

const MODEL = "bench";
const CATALOGUE = "bench";
export const BENCH_KEY = "sk_bench";
const CATEGORIES = 40;
const COUNTRIES = ["US", "FR", "DE", "GB", "JP", "AU"];

export function itemId(n: number): string {
  return `item-${String(n).padStart(5, "0")}`;
}

export function userId(n: number): string {
  return `user-${n}`;
}

function items(random: () => number): ItemRecord[] {
  return Array.from({ length: SCENARIO.items }, (_, n) => ({
    itemId: itemId(n),
    name: `Model number ${n} of the bench`,
    category: `Category ${n % CATEGORIES}`,
    price: Math.round(random() * 24_000 + 1_000) / 100,
    stock: 100,
    hidden: false,
    image: `/pictures/category-${n % CATEGORIES}.svg`,
    url: null,
    publicValues: { scale: "1:18" },
    features: {},
  }));
}

function embeddings(random: () => number): Float32Array[] {
  return Array.from({ length: SCENARIO.items }, () => {
    const vector = Float32Array.from({ length: SCENARIO.dimension }, () => random() * 2 - 1);
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}

/** How near one another the items are that half of the weights are about. */
const KIN = 300;
const AGAINST_SHARE = 0.15;

/**
 * As many weights as a model may have for so many items. Half are about items nearby, half about what sells; the strongest
 * come first, and some speak against.
 */
function itemWeights(random: () => number): NeighbourList[] {
  const count = neighboursPerItem(SCENARIO.items);
  return Array.from({ length: SCENARIO.items }, (_, own) => {
    const places = new Set<number>();
    while (places.size < count) {
      const nearby = own + SCENARIO.items + Math.floor((random() - 0.5) * KIN);
      const place = places.size % 2 === 0 ? nearby % SCENARIO.items : Math.floor(random() ** 2 * SCENARIO.items);
      if (place !== own) places.add(place);
    }
    const weights = Float32Array.from(
      { length: count },
      (__, n) => (random() < AGAINST_SHARE ? -0.3 : 0.3) / (1 + n / 5),
    );
    return { items: Uint32Array.from(places), weights };
  });
}

function statistics(random: () => number): SalesStatistics {
  const counted = new SalesStatistics(SCENARIO.items, (id) => Number(id.slice("item-".length)), 0);
  for (let order = 0; order < SCENARIO.orders; order++) {
    // Squared: some items sell far more than others. Lines of one order lie near each other, so that pairs recur.
    const first = Math.floor(random() ** 2 * SCENARIO.items);
    const lines = Array.from({ length: SCENARIO.linesPerOrder }, () => ({
      item_id: itemId((first + Math.floor(random() * 10)) % SCENARIO.items),
      quantity: 1,
      price: 10,
    }));
    counted.addOrder(
      { orderId: String(order), userId: "u", orderedAt: 0, dateOnly: false, cancelled: false, lines },
      COUNTRIES[order % COUNTRIES.length] ?? null,
    );
  }
  return counted;
}

function model(random: () => number): { manifest: ModelManifest; weights: Uint8Array } {
  const values = Float32Array.from({ length: (COUNTRIES.length + 1) * SCENARIO.dimension }, () => random() * 2 - 1);
  const weights = writeSafetensors(
    new Map([["country", { shape: [COUNTRIES.length + 1, SCENARIO.dimension], values }]]),
  );
  return {
    weights,
    manifest: {
      format: 1,
      version: MODEL,
      created_at: "2026-11-21T00:00:00.000Z",
      description: "Random embeddings: the bench measures time, not taste.",
      dimension: SCENARIO.dimension,
      metric: "cosine",
      user_tower: {
        encoders: [{ kind: "category", feature: "country_code", vocabulary: COUNTRIES, table: "country" }],
        layers: [],
        normalize: true,
      },
      item_tower: null,
      source_export: null,
      metrics: {},
      files: {
        [WEIGHTS_FILE]: { sha256: createHash("sha256").update(weights).digest("hex"), bytes: weights.byteLength },
      },
    },
  };
}

async function addUsers(database: D1Database, shoppers: number): Promise<void> {
  const rows = Array.from({ length: shoppers }, (_, n) => [
    userId(n),
    COUNTRIES[n % COUNTRIES.length],
    JSON.stringify({ creditLimit: n % 100, city: `City ${n % 50}` }),
  ]);
  const insert = `INSERT INTO users (user_id, country, features, row_hash, changed_run)
    SELECT value ->> 0, value ->> 1, value ->> 2, '', 1 FROM json_each(?)`;
  for (let start = 0; start < rows.length; start += 500) {
    await database
      .prepare(insert)
      .bind(JSON.stringify(rows.slice(start, start + 500)))
      .run();
  }
}

/** Fills a fresh runtime with the scenario: items, sales, a model with embeddings and weights, users and the bench's key. */
export async function prepareScenario(
  runtime: BenchRuntime,
  shoppers: number,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const random = createRandom(SCENARIO.seed);
  const shopItems = items(random);
  const vectors = embeddings(random);
  const database = await runtime.miniflare.getD1Database("DB");
  await addUsers(database, shoppers);

  const [bucket, models] = (await Promise.all([
    runtime.miniflare.getR2Bucket("RUNTIME"),
    runtime.miniflare.getR2Bucket("MODELS"),
  ])) as unknown as R2Bucket[];
  if (bucket === undefined || models === undefined) throw new Error("The bench runtime has no buckets.");
  await putCatalogue(bucket, CATALOGUE, encodeCatalogue(CATALOGUE, shopItems, statistics(random), "USD"));
  await putItemVectors(bucket, CATALOGUE, MODEL, encodeItemVectors(CATALOGUE, MODEL, SCENARIO.dimension, vectors));
  const { manifest, weights } = model(random);
  await models.put(`${MODEL}/${WEIGHTS_FILE}`, weights);
  await models.put(`${MODEL}/${MANIFEST_FILE}`, JSON.stringify(manifest));
  await putItemNeighbours(bucket, CATALOGUE, MODEL, encodeItemNeighbours(CATALOGUE, MODEL, itemWeights(random)));
  const control: Control = {
    ...emptyControl(new Date(0)),
    keys: [
      {
        id: "bench",
        kind: "secret",
        hash: createHash("sha256").update(BENCH_KEY).digest("hex"),
        scopes: ["admin"],
        origins: [],
      },
    ],
    model: { active: MODEL, previous: null },
    catalogue: { version: CATALOGUE },
  };
  await bucket.put(CONTROL_OBJECT_KEY, JSON.stringify(control));

  for (let start = 0; start < vectors.length; start += VECTOR_UPSERT_MAX_VECTORS) {
    const chunk = vectors.slice(start, start + VECTOR_UPSERT_MAX_VECTORS);
    const body = JSON.stringify({
      vectors: chunk.map((values, n) => ({
        id: vectorId(MODEL, itemId(start + n)),
        values: [...values],
        namespace: MODEL,
      })),
    });
    const response = await fetch(`${runtime.url}/bench/prepare`, { method: "POST", body });
    if (!response.ok) throw new Error(`Preparing the bench failed: ${response.status} ${await response.text()}`);
    progress(start + chunk.length, vectors.length);
  }
}
