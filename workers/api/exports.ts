import { Hono } from "hono";
import { z } from "zod";

import { EXPORT_ID_PATTERN, exportId } from "../../domain/exports/manifest.ts";
import { finishExport, insertExport, listExports } from "../../platform/d1/export-store.ts";
import { messageOf } from "../../platform/logger.ts";
import { assertScope, hasScope, requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { parseInput } from "./errors.ts";
import { callerWith } from "./exports/caller.ts";
import { readCreateBody } from "./exports/create-body.ts";
import { describeExport, describeFiles } from "./exports/describe.ts";
import { exportFileRoutes } from "./exports/files.ts";
import { findExport, readStoredManifest } from "./exports/published.ts";
import { fileSigner } from "./exports/signed-urls.ts";
import { invalidCursor, listFields, listPage } from "./list.ts";

export const listSchema = z.strictObject(listFields);

/** `/v1/exports`. */
export const exportRoutes = new Hono<ApiEnv>();

/** Starts an export; `GET /v1/exports/:id` says how far it is. */
exportRoutes.post("/", async (context) => {
  const caller = await callerWith(context, "exports:write");
  const now = new Date();
  const params = await readCreateBody(context, now.getTime());
  if (params.userIds === "raw") assertScope(caller, "exports:raw");
  const { DB, EXPORT_WORKFLOW } = context.env;
  const id = exportId(now, crypto.randomUUID());
  // The row comes first: an export that runs can always be found.
  await insertExport(DB, id, { trigger: "api", params }, now);
  try {
    await EXPORT_WORKFLOW.create({ id, params });
  } catch (error) {
    await finishExport(DB, id, { state: "failed", error: messageOf(error) }, new Date());
    throw error;
  }
  return context.json({ id }, 202);
});

/** Exports, newest first. */
exportRoutes.get("/", requireScope("exports:read"), async (context) => {
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  if (cursor !== undefined && !EXPORT_ID_PATTERN.test(cursor)) throw invalidCursor();
  const found = await listExports(context.env.DB, limit + 1, cursor ?? null);
  return context.json(listPage(found, limit, describeExport, (record) => record.exportId));
});

/** One export's state and, once it is complete, its manifest and where its files can be fetched without a key. */
exportRoutes.get("/:id", async (context) => {
  const caller = await callerWith(context, "exports:read");
  const { env, req } = context;
  const record = await findExport(env, req.param("id"));
  const stored = record.state === "complete" ? await readStoredManifest(env.EXPORTS, record.exportId) : null;
  if (stored === null) return context.json({ ...describeExport(record), manifest: null, files: null });
  const { manifest } = stored;
  const mayRead = manifest.user_ids !== "raw" || hasScope(caller, "exports:raw");
  const files = await describeFiles(
    manifest,
    mayRead ? await fileSigner(env) : null,
    new URL(req.url).origin,
    Date.now(),
  );
  // Whoever has the answer has the files.
  context.header("cache-control", "no-store");
  return context.json({ ...describeExport(record), manifest, files });
});

exportRoutes.route("/", exportFileRoutes);
