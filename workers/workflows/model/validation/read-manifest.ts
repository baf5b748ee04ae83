import { z } from "zod";

import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  MANIFEST_MAX_BYTES,
  type ModelManifest,
  manifestSchema,
} from "../../../../domain/models/manifest.ts";
import { VECTOR_INDEX_DIMENSIONS } from "../../../../domain/models/vector-index.ts";
import type { RuntimeEnv } from "../../../../platform/env.ts";
import { modelFileKey } from "../../../../platform/r2/model-store.ts";
import type { Findings } from "../findings.ts";

const objectSchema = z.record(z.string(), z.unknown());

/** What stands in for a part of the manifest that is wrong and on which the other checks do not depend. */
function mended(manifest: Record<string, unknown>, issues: readonly z.core.$ZodIssue[], version: string): unknown {
  const copy = { ...manifest };
  for (const issue of issues) {
    const [field] = issue.path;
    if (issue.code === "unrecognized_keys" && field === undefined) for (const key of issue.keys) delete copy[key];
    else if (field === "version") copy["version"] = version;
    else if (field === "format") copy["format"] = 1;
    else if (field === "metric") copy["metric"] = "dot";
    else if (field === "created_at") copy["created_at"] = new Date(0).toISOString();
    else if (field === "blend" || field === "metrics" || field === "description" || field === "source_export")
      delete copy[field];
  }
  return copy;
}

function describe({ path, message }: z.core.$ZodIssue): string {
  const place = path.length === 0 ? "" : ` ${path.join(".")}:`;
  return `${MANIFEST_FILE}:${place} ${message}.`;
}

/** A manifest, as far as it could be read. */
export interface ReadManifest {
  /** Null when it is no manifest, or one with a mistake. */
  readonly manifest: ModelManifest | null;
  /** What the other files can be checked against all the same; null when there is too little of it. */
  readonly usable: ModelManifest | null;
}

/** Reads a folder's manifest and names everything that is wrong with it. */
export async function readManifest(env: RuntimeEnv, version: string, findings: Findings): Promise<ReadManifest> {
  const nothing = { manifest: null, usable: null };
  const object = await env.MODELS.get(modelFileKey(version, MANIFEST_FILE));
  if (object === null) {
    findings.problem(`${MANIFEST_FILE} is missing, and there is no readable ${ITEM_EMBEDDINGS_FILE} to make one for.`);
    return nothing;
  }
  if (object.size > MANIFEST_MAX_BYTES) {
    findings.problem(`${MANIFEST_FILE} is longer than ${MANIFEST_MAX_BYTES} bytes.`);
    return nothing;
  }
  let json: unknown;
  try {
    json = await object.json();
  } catch {
    findings.problem(`${MANIFEST_FILE} is not JSON.`);
    return nothing;
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    findings.problem(...parsed.error.issues.map(describe));
    const members = objectSchema.safeParse(json);
    const second = members.success
      ? manifestSchema.safeParse(mended(members.data, parsed.error.issues, version)).data
      : undefined;
    return { manifest: null, usable: second === undefined ? null : { ...second, version } };
  }
  const manifest = parsed.data;
  if (manifest.version !== version)
    findings.problem(`The manifest says version "${manifest.version}", the folder is "${version}".`);
  if (manifest.dimension > VECTOR_INDEX_DIMENSIONS)
    findings.problem(
      `The dimension ${manifest.dimension} is more than the index has: ${VECTOR_INDEX_DIMENSIONS} at most.`,
    );
  return { manifest, usable: { ...manifest, version } };
}
