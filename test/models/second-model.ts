import { createHash } from "node:crypto";

import { expect } from "vitest";

import { encodeItemVectors } from "../../domain/catalogue/item-vectors.ts";
import { MANIFEST_FILE, type ModelManifestInput, manifestSchema, WEIGHTS_FILE } from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import { vectorId } from "../../domain/models/vector-id.ts";
import { padToIndex } from "../../domain/models/vector-index.ts";
import { acquireLease } from "../../platform/d1/lease-store.ts";
import { recordPublished, updateModel } from "../../platform/d1/models.ts";
import { eventually, type TestRuntime } from "../support/runtime.ts";
import { shopItem, TEST_SHOP } from "../support/shop.ts";

function onCircle(n: number, length: number): [number, number] {
  const angle = (n / TEST_SHOP.items) * 2 * Math.PI;
  return [length * Math.cos(angle), length * Math.sin(angle)];
}

/** Notes a model whose folder and vectors are there as one that can be activated. */
export async function noteIndexed(runtime: TestRuntime, version: string): Promise<void> {
  const manifest = manifestSchema.parse(await (await runtime.env.MODELS.get(`${version}/${MANIFEST_FILE}`))?.json());
  await recordPublished(runtime.env.DB, version, Date.now());
  await updateModel(runtime.env.DB, version, { state: "indexed", manifest });
}

/**
 * Adds a model to the test shop that turns the circle: users from France point at item-15 plus `turn`, and everything
 * else follows.
 * @param is.length its scores are `length²` times those of the shop's own model
 * @param is.stride item n stands where `stride × n` would: other items are neighbours
 */
export async function addTurnedModel(
  runtime: TestRuntime,
  version: string,
  turn: number,
  { length = 1, stride = 1, parts = true }: { length?: number; stride?: number; parts?: boolean } = {},
): Promise<void> {
  const { env } = runtime;
  const rows = [[0, 0], onCircle(15 + turn, length), onCircle(45 + turn, length)];
  const weights = writeSafetensors(new Map([["country", { shape: [3, 2], values: Float32Array.from(rows.flat()) }]]));
  const sha256 = createHash("sha256").update(weights).digest("hex");
  const manifest: ModelManifestInput = {
    format: 1,
    version,
    created_at: "2026-11-21T00:00:00.000Z",
    dimension: 2,
    metric: "dot",
    user_tower: {
      encoders: [{ kind: "category", feature: "country_code", vocabulary: ["FR", "DE"], table: "country" }],
      layers: [],
      normalize: false,
    },
    item_tower: null,
    metrics: { ndcg: 0.25 },
    files: { [WEIGHTS_FILE]: { sha256, bytes: weights.byteLength } },
  };
  await env.MODELS.put(`${version}/${WEIGHTS_FILE}`, weights);
  await env.MODELS.put(`${version}/${MANIFEST_FILE}`, JSON.stringify(manifest));
  const embeddings = Array.from({ length: TEST_SHOP.items }, (_, n) => Float32Array.from(onCircle(n * stride, length)));
  if (parts)
    await env.RUNTIME.put(
      `catalogue/${TEST_SHOP.catalogue}/vectors-${version}.bin`,
      encodeItemVectors(TEST_SHOP.catalogue, version, 2, embeddings),
    );
  await env.VECTOR_INDEX.upsert(
    embeddings.map((embedding, n) => ({
      id: vectorId(version, shopItem(n)),
      namespace: version,
      values: [...padToIndex(embedding)],
    })),
  );
  await eventually(async () => (await env.VECTOR_INDEX.getByIds([vectorId(version, shopItem(0))])).length === 1);
  await noteIndexed(runtime, version);
}

const HOUR_SECONDS = 3_600;

/** Keeps syncs away: the shop's items are in the snapshot alone, which a sync would replace by what D1 knows. */
export async function holdSyncs(runtime: TestRuntime): Promise<void> {
  expect(await acquireLease(runtime.env.DB, "sync", "the test", new Date(), HOUR_SECONDS)).toBe(true);
}
