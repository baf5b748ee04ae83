import { createHash } from "node:crypto";

import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  NEIGHBOURS_FILE,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import type { Tensor } from "../../domain/models/tensor.ts";
import { encodeNeighbours } from "../../platform/parquet/neighbours-file.ts";
import type { TestRuntime } from "../support/runtime.ts";
import { embeddingsCsv, putFile } from "./shop.ts";

/** The items of the shop for which the good folder was made; `gone` is not sold any more. */
export const ITEMS = ["car", "ship", "kite", "plane", "tram"] as const;

export type NeighbourRow = readonly [item: string, neighbour: string, weight: number];

/** A model folder that can be damaged: first in what it is made of, then file by file. */
export interface Draft {
  /** As in `manifest.json`, without `files`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- damage does not keep to types
  manifest: any;
  tensors: Map<string, Tensor>;
  items: Record<string, readonly number[]>;
  users: Record<string, readonly number[]>;
  neighbours: NeighbourRow[];
}

/** What a draft becomes: names and contents. */
export type Files = Map<string, Uint8Array | string>;

function tensor(shape: number[], ...values: number[]): Tensor {
  return { shape, values: Float32Array.from(values) };
}

/** A folder with everything that a model may have, in two dimensions, and nothing wrong. */
export function goodDraft(version: string): Draft {
  const tower = (feature: string, vocabulary: string[], table: string, layer: string) => ({
    encoders: [
      { kind: "category", feature, vocabulary, table },
      { kind: "number", feature: feature === "category" ? "price" : "creditLimit", mean: 10, deviation: 5 },
    ],
    layers: [{ weight: `${layer}.weight`, bias: `${layer}.bias`, activation: "linear" }],
    normalize: false,
  });
  return {
    manifest: {
      format: 1,
      version,
      created_at: "2026-11-21T00:00:00.000Z",
      dimension: 2,
      metric: "dot",
      user_tower: tower("country_code", ["FR"], "countries", "user"),
      item_tower: tower("category", ["Cars", "Ships"], "categories", "item"),
      blend: { profile: 1, diversity: 0.2 },
    },
    tensors: new Map([
      ["countries", tensor([2, 2], 0, 1, 1, 0)],
      ["categories", tensor([3, 2], 0.5, 0.5, 1, 0, 0, 1)],
      ...["user", "item"].flatMap((name): [string, Tensor][] => [
        [`${name}.weight`, tensor([2, 3], 1, 0, 0.1, 0, 1, 0.2)],
        [`${name}.bias`, tensor([2], 0.1, -0.1)],
      ]),
    ]),
    items: { car: [1, 0], ship: [0, 1] },
    users: { u1: [1, 0], u2: [0, 1] },
    neighbours: [
      ["car", "ship", 1],
      ["car", "kite", 0.5],
      ["ship", "car", 1],
    ],
  };
}

/** The Parquet file of these neighbours. */
export function neighboursFile(rows: readonly NeighbourRow[]): Uint8Array {
  return encodeNeighbours({
    itemIds: rows.map(([item]) => item),
    neighbourIds: rows.map(([, neighbour]) => neighbour),
    weights: Float32Array.from(rows, ([, , weight]) => weight),
  });
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** What a manifest says of these files. */
export function listed(files: Files): Record<string, { sha256: string; bytes: number }> {
  return Object.fromEntries(
    [...files].map(([name, content]) => {
      const bytes = bytesOf(content);
      return [name, { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.byteLength }];
    }),
  );
}

/** The files of a draft, with checksums that fit. @param change what is done to the files before they are summed up */
export function seal(draft: Draft, change: (files: Files) => void = () => {}): Files {
  const files: Files = new Map<string, Uint8Array | string>([
    [WEIGHTS_FILE, writeSafetensors(draft.tensors)],
    [ITEM_EMBEDDINGS_FILE, embeddingsCsv(draft.items)],
    [USER_EMBEDDINGS_FILE, embeddingsCsv(draft.users)],
    [NEIGHBOURS_FILE, neighboursFile(draft.neighbours)],
  ]);
  change(files);
  files.set(MANIFEST_FILE, JSON.stringify({ ...draft.manifest, files: listed(files) }));
  return files;
}

/** Uploads files as the folder of a version. */
export async function upload(runtime: TestRuntime, version: string, files: Files): Promise<void> {
  for (const [name, content] of files) await putFile(runtime, version, name, content);
}
