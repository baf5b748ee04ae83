import { Hono } from "hono";
import { z } from "zod";

import { MANIFEST_FILE, MODEL_VERSION_PATTERN } from "../../domain/models/manifest.ts";
import { listModels, type ModelRow, readModel, recordActive, recordPublished } from "../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { updateControl } from "../../platform/r2/control-store.ts";
import { modelFileKey } from "../../platform/r2/model-store.ts";
import { requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";

/** `/v1/models`: publish, look, activate, roll back. */
export const modelRoutes = new Hono<ApiEnv>();
modelRoutes.use(requireScope("models:write"));

const BODY_MAX_BYTES = 4 * 1024;
const LIST_DEFAULT = 50;
const LIST_MAX = 200;

const version = z.string().regex(MODEL_VERSION_PATTERN, "1–32 of a–z, 0–9, dot and hyphen, a letter or digit first");
const publishSchema = z.strictObject({ version });
const listSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIST_MAX).default(LIST_DEFAULT),
  cursor: z.string().default(""),
});

function isoDate(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

function describe(model: ModelRow) {
  const { manifest } = model;
  return {
    version: model.version,
    state: model.state,
    problems: model.problems,
    description: manifest?.description ?? null,
    dimension: manifest?.dimension ?? null,
    metric: manifest?.metric ?? null,
    metrics: manifest?.metrics ?? {},
    source_export: manifest?.source_export ?? null,
    files: manifest?.files ?? {},
    published_at: isoDate(model.publishedAt),
    activated_at: isoDate(model.activatedAt),
  };
}

async function findModel(env: RuntimeEnv, name: string): Promise<ModelRow> {
  const model = MODEL_VERSION_PATTERN.test(name) ? await readModel(env.DB, name) : null;
  if (model === null)
    throw new ApiError("not_found", `There is no model version "${name}". List them: GET /v1/models.`);
  return model;
}

function isReady(model: ModelRow): boolean {
  return model.state === "indexed" || model.state === "active";
}

/** A version that can be served never changes: its vectors and whoever looked at its figures rely on that. */
async function assertUnchanged(env: RuntimeEnv, model: ModelRow): Promise<void> {
  const object = await env.MODELS.get(modelFileKey(model.version, MANIFEST_FILE));
  const uploaded = publishedFilesSchema.safeParse(await object?.json());
  if (uploaded.success && sameFiles(uploaded.data.files, model.manifest?.files ?? {})) return;
  throw new ApiError("conflict", `The version "${model.version}" is published with other files. Choose another name.`);
}

const publishedFilesSchema = z.object({ files: z.record(z.string(), z.object({ sha256: z.string() })) });
type Files = z.infer<typeof publishedFilesSchema>["files"];

function sameFiles(a: Files, b: Files): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name]?.sha256 === b[name]?.sha256);
}

async function activate(env: RuntimeEnv, name: string): Promise<ModelRow> {
  const now = new Date();
  await updateControl(env.RUNTIME, now, (control) =>
    control.model.active === name ? control : { ...control, model: { active: name, previous: control.model.active } },
  );
  await follow(env, name, now);
  return findModel(env, name);
}

/** The catalogue snapshot carries the active model's vectors, and its index may lack the newest items. */
async function follow(env: RuntimeEnv, name: string, now: Date): Promise<void> {
  await recordActive(env.DB, name, now.getTime());
  try {
    await env.SYNC_WORKFLOW.create({ params: { trigger: "manual" } });
  } catch (error) {
    // The model serves already; the next run on schedule brings the rest.
    logger.warn("sync_not_started", { version: name, message: messageOf(error) });
  }
}

modelRoutes.post("/", async (context) => {
  const { env } = context;
  const { version: name } = parseInput(publishSchema, await readJson(context, BODY_MAX_BYTES));
  const known = await readModel(env.DB, name);
  if (known !== null && isReady(known)) {
    await assertUnchanged(env, known);
    return context.json(describe(known), 202);
  }
  const { objects } = await env.MODELS.list({ prefix: modelFileKey(name, ""), limit: 1 });
  if (objects.length === 0)
    throw new ApiError(
      "not_found",
      `The MODELS bucket has no folder "${name}". Upload it first: endcap models publish.`,
    );
  await recordPublished(env.DB, name, Date.now());
  await env.MODEL_WORKFLOW.create({ params: { version: name } });
  return context.json(describe(await findModel(env, name)), 202);
});

modelRoutes.get("/", async (context) => {
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  if (cursor !== "" && !MODEL_VERSION_PATTERN.test(cursor))
    throw new ApiError("invalid_cursor", "Send the `next_cursor` of the page before, as it was.");
  const models = await listModels(context.env.DB, cursor, limit);
  const last = models.at(-1);
  return context.json({
    data: models.map(describe),
    next_cursor: last !== undefined && models.length === limit ? last.version : null,
  });
});

modelRoutes.get("/:version", async (context) =>
  context.json(describe(await findModel(context.env, context.req.param("version")))),
);

modelRoutes.post("/rollback", async (context) => {
  const { env } = context;
  const now = new Date();
  const control = await updateControl(env.RUNTIME, now, (before) => {
    const { active, previous } = before.model;
    if (previous === null) throw new ApiError("conflict", "There is no previous model to go back to.");
    return { ...before, model: { active: previous, previous: active } };
  });
  const name = control.model.active ?? "";
  await follow(env, name, now);
  return context.json(describe(await findModel(env, name)));
});

modelRoutes.post("/:version/activate", async (context) => {
  const { env } = context;
  const model = await findModel(env, context.req.param("version"));
  if (!isReady(model))
    throw new ApiError(
      "conflict",
      `The model "${model.version}" is ${model.state}: only an indexed one can be activated.`,
    );
  return context.json(describe(await activate(env, model.version)));
});
