import { createHash } from "node:crypto";

import { embeddingCsvLine, EMBEDDINGS_CSV_HEADER } from "../../domain/models/embeddings-csv.ts";
import { MANIFEST_FILE, type ModelManifestInput, WEIGHTS_FILE } from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import { eventually, type TestRuntime } from "../support/runtime.ts";

/** An item of the test shop: its category decides its embedding. */
export interface TestItem {
  readonly itemId: string;
  readonly category: string;
  readonly run?: number;
  readonly deleted?: boolean;
}

/** Writes items as a sync run would have. */
export async function putItems(runtime: TestRuntime, items: readonly TestItem[]): Promise<void> {
  const rows = items.map(({ itemId, category, run = 1, deleted = false }) => [
    itemId,
    category,
    run,
    deleted ? 1 : null,
  ]);
  await runtime.env.DB.prepare(
    `INSERT OR REPLACE INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run, deleted_at)
     SELECT value ->> 0, value ->> 0, value ->> 1, 10, 0, '{}', '{}', '', value ->> 2, value ->> 3 FROM json_each(?)`,
  )
    .bind(JSON.stringify(rows))
    .run();
}

/** Writes users as a sync run would have. */
export async function putUsers(
  runtime: TestRuntime,
  countries: Readonly<Record<string, string | null>>,
): Promise<void> {
  await runtime.env.DB.prepare(
    `INSERT OR REPLACE INTO users (user_id, country, features, row_hash, changed_run)
     SELECT value ->> 0, value ->> 1, '{}', '', 1 FROM json_each(?)`,
  )
    .bind(JSON.stringify(Object.entries(countries)))
    .run();
}

/** Notes a sync run that ended well. */
export async function putCompleteRun(runtime: TestRuntime, run: number): Promise<void> {
  await runtime.env.DB.prepare(
    `INSERT INTO sync_runs (run, run_id, "trigger", state, started_at, counts) VALUES (?, ?, 'test', 'complete', 0, '{}')`,
  )
    .bind(run, `run-${run}`)
    .run();
}

/** Uploads a file of a model folder. */
export async function putFile(
  runtime: TestRuntime,
  version: string,
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  await runtime.env.MODELS.put(`${version}/${file}`, content);
}

/** A CSV of embeddings by id. */
export function embeddingsCsv(rows: Readonly<Record<string, readonly number[]>>): string {
  const lines = Object.entries(rows).map(([id, embedding]) => embeddingCsvLine(id, embedding));
  return `${EMBEDDINGS_CSV_HEADER}\n${lines.join("")}`;
}

/**
 * Uploads a model of two dimensions whose towers look at one column each: cars and ships, France and the rest.
 * @param change what the manifest says otherwise
 */
export async function putTowerModel(
  runtime: TestRuntime,
  version: string,
  change: Partial<ModelManifestInput> = {},
): Promise<{ weights: Uint8Array; manifest: ModelManifestInput }> {
  const weights = writeSafetensors(
    new Map([
      ["countries", { shape: [2, 2], values: Float32Array.of(0, 1, 1, 0) }],
      ["categories", { shape: [3, 2], values: Float32Array.of(0.5, 0.5, 1, 0, 0, 1) }],
    ]),
  );
  const manifest: ModelManifestInput = {
    format: 1,
    version,
    created_at: "2026-11-21T00:00:00.000Z",
    dimension: 2,
    metric: "dot",
    user_tower: {
      encoders: [{ kind: "category", feature: "country_code", vocabulary: ["FR"], table: "countries" }],
      layers: [],
      normalize: false,
    },
    item_tower: {
      encoders: [{ kind: "category", feature: "category", vocabulary: ["Cars", "Ships"], table: "categories" }],
      layers: [],
      normalize: false,
    },
    metrics: { ndcg: 0.25 },
    files: {
      [WEIGHTS_FILE]: { sha256: createHash("sha256").update(weights).digest("hex"), bytes: weights.byteLength },
    },
    ...change,
  };
  await putFile(runtime, version, WEIGHTS_FILE, weights);
  await putFile(runtime, version, MANIFEST_FILE, JSON.stringify(manifest));
  return { weights, manifest };
}

/** Publishes an uploaded folder and waits for what becomes of it. */
export async function publish(
  runtime: TestRuntime,
  version: string,
): Promise<{ state: string; problems: string[]; metrics: Record<string, number> }> {
  const answer = await runtime.call("/v1/models", { body: { version } });
  if (answer.status !== 202) throw new Error(`Publishing answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return eventually(async () => {
    const { body } = await runtime.call(`/v1/models/${version}`);
    return body.state === "indexed" || body.state === "refused" ? body : null;
  });
}
