import { Hono } from "hono";
import { z } from "zod";

import { EXPORT_ID_PATTERN, exportId } from "../../domain/exports/manifest.ts";
import {
  type ExportRecord,
  finishExport,
  insertExport,
  listExports,
  readExport,
} from "../../platform/d1/export-store.ts";
import { messageOf } from "../../platform/logger.ts";
import { readExportManifest } from "../../platform/r2/export-store.ts";
import { requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";

const LIST_LIMIT_DEFAULT = 20;
const LIST_LIMIT_MAX = 100;
const listSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).default(LIST_LIMIT_DEFAULT),
  cursor: z.string().optional(),
});

function describe(record: ExportRecord): object {
  return {
    id: record.exportId,
    state: record.state,
    started_at: new Date(record.startedAt).toISOString(),
    finished_at: record.finishedAt === null ? null : new Date(record.finishedAt).toISOString(),
    error: record.error,
  };
}

/** `/v1/exports`. */
export const exportRoutes = new Hono<ApiEnv>();

/** Starts an export; `GET /v1/exports/:id` says how far it is. */
exportRoutes.post("/", requireScope("exports:write"), async (context) => {
  const { DB, EXPORT_WORKFLOW } = context.env;
  const now = new Date();
  const id = exportId(now, crypto.randomUUID());
  // The row comes first: an export that runs can always be found.
  await insertExport(DB, id, now);
  try {
    await EXPORT_WORKFLOW.create({ id, params: {} });
  } catch (error) {
    await finishExport(DB, id, { state: "failed", error: messageOf(error) }, new Date());
    throw error;
  }
  return context.json({ id }, 202);
});

/** Exports, newest first. */
exportRoutes.get("/", requireScope("exports:read"), async (context) => {
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  if (cursor !== undefined && !EXPORT_ID_PATTERN.test(cursor)) {
    throw new ApiError("invalid_cursor", "Send `cursor` as an earlier answer's `next_cursor` gave it.");
  }
  const found = await listExports(context.env.DB, limit + 1, cursor ?? null);
  const page = found.slice(0, limit);
  return context.json({
    data: page.map(describe),
    next_cursor: found.length > limit ? (page.at(-1)?.exportId ?? null) : null,
  });
});

/** One export's state and, once it is complete, its manifest. */
exportRoutes.get("/:id", requireScope("exports:read"), async (context) => {
  const id = context.req.param("id");
  const record = EXPORT_ID_PATTERN.test(id) ? await readExport(context.env.DB, id) : null;
  if (record === null) throw new ApiError("not_found", "There is no export of that id.");
  const manifest = record.state === "complete" ? await readExportManifest(context.env.EXPORTS, id) : null;
  return context.json({ ...describe(record), manifest });
});
