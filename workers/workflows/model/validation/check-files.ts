import {
  EMBEDDINGS_MAX_BYTES,
  MODEL_FILES,
  type ModelManifest,
  NEIGHBOURS_FILE,
  NEIGHBOURS_MAX_BYTES,
  WEIGHTS_FILE,
  WEIGHTS_MAX_BYTES,
} from "../../../../domain/models/manifest.ts";
import { parseSafetensors } from "../../../../domain/models/safetensors.ts";
import type { Tensor } from "../../../../domain/models/tensor.ts";
import type { RuntimeEnv } from "../../../../platform/env.ts";
import { modelFileKey } from "../../../../platform/r2/model-store.ts";
import type { Findings } from "../findings.ts";
import { summarizeFile } from "../folder-file.ts";

const BYTES_PER_NUMBER = 4;

function mostBytes(file: string): number {
  if (file === WEIGHTS_FILE) return WEIGHTS_MAX_BYTES;
  return file === NEIGHBOURS_FILE ? NEIGHBOURS_MAX_BYTES : EMBEDDINGS_MAX_BYTES;
}

/**
 * Compares the folder with the manifest's list.
 * @returns names of the files that are worth reading, also where they are not what the manifest says
 */
export async function checkFiles(
  env: RuntimeEnv,
  manifest: ModelManifest,
  findings: Findings,
): Promise<ReadonlySet<string>> {
  const readable = new Set<string>();
  for (const [file, listed] of Object.entries(manifest.files)) {
    const head = await env.MODELS.head(modelFileKey(manifest.version, file));
    if (head === null) {
      findings.problem(`${file} is listed in the manifest and missing.`);
      continue;
    }
    const most = mostBytes(file);
    if (head.size > most) {
      findings.problem(`${file} is longer than ${most} bytes.`);
      continue;
    }
    readable.add(file);
    if (head.size !== listed.bytes)
      findings.problem(
        `${file} is not the file that the manifest lists: it has ${head.size} bytes, not ${listed.bytes}.`,
      );
    else if ((await summarizeFile(env.MODELS, manifest.version, file))?.sha256 !== listed.sha256)
      findings.problem(`${file} is not the file that the manifest lists: its checksum differs.`);
  }
  for (const file of MODEL_FILES) {
    if (Object.hasOwn(manifest.files, file)) continue;
    if ((await env.MODELS.head(modelFileKey(manifest.version, file))) !== null)
      findings.problem(`${file} is there but not listed in the manifest.`);
  }
  return readable;
}

/** Reads the weights. @returns null when they cannot be read, an empty map for a model without weights */
export async function readTensors(
  env: RuntimeEnv,
  manifest: ModelManifest,
  readable: ReadonlySet<string>,
  findings: Findings,
): Promise<ReadonlyMap<string, Tensor> | null> {
  if (!Object.hasOwn(manifest.files, WEIGHTS_FILE)) return new Map();
  const object = readable.has(WEIGHTS_FILE) ? await env.MODELS.get(modelFileKey(manifest.version, WEIGHTS_FILE)) : null;
  if (object === null) return null;
  const parsed = parseSafetensors(new Uint8Array(await object.arrayBuffer()));
  if (!parsed.ok) {
    findings.problem(`${WEIGHTS_FILE}: ${parsed.error.message}`);
    return null;
  }
  let numbers = 0;
  for (const [name, { values }] of parsed.value) {
    numbers += values.length;
    if (!values.every(Number.isFinite))
      findings.problem(`${WEIGHTS_FILE}: the tensor "${name}" holds numbers that are not finite.`);
  }
  if (numbers * BYTES_PER_NUMBER > WEIGHTS_MAX_BYTES)
    findings.problem(`${WEIGHTS_FILE} holds ${numbers} numbers, more than ${WEIGHTS_MAX_BYTES / BYTES_PER_NUMBER}.`);
  for (const name of unusedTensors(manifest, parsed.value))
    findings.doubt(`The tensor "${name}" is used by no tower: is it the one that was meant?`);
  return parsed.value;
}

function unusedTensors({ user_tower, item_tower }: ModelManifest, tensors: ReadonlyMap<string, Tensor>): string[] {
  const used = new Set<string | undefined>();
  for (const tower of [user_tower, item_tower]) {
    for (const encoder of tower?.encoders ?? []) if ("table" in encoder) used.add(encoder.table);
    for (const { weight, bias } of tower?.layers ?? []) used.add(weight).add(bias);
  }
  return [...tensors.keys()].filter((name) => !used.has(name));
}
