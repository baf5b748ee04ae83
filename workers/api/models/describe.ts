import type { Control } from "../../../domain/control/control.ts";
import { type ModelState, stateUnder } from "../../../domain/models/lifecycle.ts";
import { MODEL_VERSION_PATTERN } from "../../../domain/models/manifest.ts";
import { type ModelRow, readModel } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { readControl } from "../../../platform/r2/control-store.ts";
import { ApiError } from "../errors.ts";

/** What control.json says at this moment; null before a deployment was provisioned. */
export async function presentControl(env: RuntimeEnv): Promise<Control | null> {
  const read = await readControl(env.RUNTIME);
  return read === null || read === "unchanged" ? null : read.control;
}

function isoDate(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** A model version's state: control.json decides which one is active and which a shadow. */
export function stateOf(model: ModelRow, control: Control | null): ModelState {
  return control === null ? model.state : stateUnder(control.model, model.version, model.state);
}

/** A model version as the API shows it. */
export function describe(model: ModelRow, control: Control | null) {
  const { manifest, version } = model;
  const shadow = control?.model.shadow;
  return {
    version,
    state: stateOf(model, control),
    previous: control?.model.previous === version,
    shadow_share: shadow?.version === version ? shadow.share : null,
    problems: model.problems,
    description: manifest?.description ?? null,
    dimension: manifest?.dimension ?? null,
    metric: manifest?.metric ?? null,
    metrics: manifest?.metrics ?? {},
    source_export: manifest?.source_export ?? null,
    files: manifest?.files ?? {},
    published_at: isoDate(model.publishedAt),
    activated_at: isoDate(model.activatedAt),
    retired_at: isoDate(model.retiredAt),
  };
}

/** @throws ApiError 404 for a version that nobody published */
export async function findModel(env: RuntimeEnv, name: string): Promise<ModelRow> {
  const model = MODEL_VERSION_PATTERN.test(name) ? await readModel(env.DB, name) : null;
  if (model === null)
    throw new ApiError("not_found", `There is no model version "${name}". List them: GET /v1/models.`);
  return model;
}
