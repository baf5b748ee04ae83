import { type Context, Hono } from "hono";
import { z } from "zod";

import { isReady, SHADOW_SHARE_DEFAULT } from "../../domain/models/lifecycle.ts";
import { MANIFEST_FILE, MODEL_VERSION_PATTERN } from "../../domain/models/manifest.ts";
import { listModels, type ModelRow, readModel, recordPublished } from "../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { modelFileKey } from "../../platform/r2/model-store.ts";
import { requireAnyScope, requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";
import { describe, findModel, presentControl, stateOf } from "./models/describe.ts";
import { assertWithdrawn, retireModel } from "./models/retire.ts";
import { servingAs } from "./models/serving.ts";
import { reportShadow } from "./models/shadow-figures.ts";
import { activateModel, endShadow, rollBackModel, shadowModel } from "./models/switch.ts";

/** `/v1/models`: publish, look, activate, roll back, shadow, retire. */
export const modelRoutes = new Hono<ApiEnv>();

const BODY_MAX_BYTES = 4 * 1024;
const LIST_DEFAULT = 50;
const LIST_MAX = 200;

const version = z.string().regex(MODEL_VERSION_PATTERN, "1–32 of a–z, 0–9, dot and hyphen, a letter or digit first");
export const publishSchema = z.strictObject({ version });
export const shadowSchema = z.strictObject({ share: z.number().gt(0).max(1).default(SHADOW_SHARE_DEFAULT) });
export const listSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIST_MAX).default(LIST_DEFAULT),
  cursor: z.string().default(""),
});

const publishedFilesSchema = z.object({ files: z.record(z.string(), z.object({ sha256: z.string() })) });
type Files = z.infer<typeof publishedFilesSchema>["files"];

function sameFiles(a: Files, b: Files): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name]?.sha256 === b[name]?.sha256);
}

/** A version that was served never changes: sessions, caches and whoever looked at its figures know it by its name. */
async function assertUnchanged(env: RuntimeEnv, model: ModelRow): Promise<void> {
  const object = await env.MODELS.get(modelFileKey(model.version, MANIFEST_FILE));
  const uploaded = publishedFilesSchema.safeParse(await object?.json());
  if (uploaded.success && sameFiles(uploaded.data.files, model.manifest?.files ?? {})) return;
  throw new ApiError("conflict", `The version "${model.version}" is published with other files. Choose another name.`);
}

async function answer(context: Context<ApiEnv>, model: ModelRow, status: 200 | 202 = 200): Promise<Response> {
  return context.json(describe(model, await presentControl(context.env)), status);
}

// Figures are for analysts, too: they come before what only those who change models may do.
modelRoutes.get("/:version/shadow", requireAnyScope(["analytics:read", "models:write"]), async (context) =>
  context.json(await reportShadow(context.env, await findModel(context.env, context.req.param("version")), Date.now())),
);

modelRoutes.use(requireScope("models:write"));

modelRoutes.post("/", async (context) => {
  const { env } = context;
  const { version: name } = parseInput(publishSchema, await readJson(context, BODY_MAX_BYTES));
  const known = await readModel(env.DB, name);
  const state = known === null ? null : stateOf(known, await presentControl(env));
  if (known !== null && (isReady(known.state) || state === "active" || state === "retired")) {
    await assertUnchanged(env, known);
    if (state !== "retired") return answer(context, known, 202);
    await assertWithdrawn(env, known);
  }
  const { objects } = await env.MODELS.list({ prefix: modelFileKey(name, ""), limit: 1 });
  if (objects.length === 0)
    throw new ApiError(
      "not_found",
      `The MODELS bucket has no folder "${name}". Upload it first: endcap models publish.`,
    );
  await recordPublished(env.DB, name, Date.now());
  await env.MODEL_WORKFLOW.create({ params: { version: name } });
  return answer(context, await findModel(env, name), 202);
});

modelRoutes.get("/", async (context) => {
  const { env } = context;
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  if (cursor !== "" && !MODEL_VERSION_PATTERN.test(cursor))
    throw new ApiError("invalid_cursor", "Send the `next_cursor` of the page before, as it was.");
  const [models, control] = await Promise.all([listModels(env.DB, cursor, limit), presentControl(env)]);
  const last = models.at(-1);
  return context.json({
    data: models.map((model) => describe(model, control)),
    next_cursor: last !== undefined && models.length === limit ? last.version : null,
  });
});

modelRoutes.get("/:version", async (context) => {
  const model = await findModel(context.env, context.req.param("version"));
  const serving = await servingAs(context, model.version);
  return context.json({ ...describe(model, await presentControl(context.env)), serving_as: serving });
});

modelRoutes.post("/rollback", async (context) => answer(context, await rollBackModel(context.env)));

modelRoutes.post("/:version/activate", async (context) =>
  answer(context, await activateModel(context.env, context.req.param("version"))),
);

modelRoutes.post("/:version/retire", async (context) =>
  answer(context, await retireModel(context.env, context.req.param("version"))),
);

modelRoutes.post("/:version/shadow", async (context) => {
  const { share } = parseInput(shadowSchema, await readJson(context, BODY_MAX_BYTES));
  return answer(context, await shadowModel(context.env, context.req.param("version"), share));
});

modelRoutes.delete("/shadow", async (context) => context.json({ ended: await endShadow(context.env) }));
