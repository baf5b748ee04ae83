import { type Context, Hono } from "hono";

import { EXPORT_MANIFEST_FILE, type ExportPart, filesOf } from "../../../domain/exports/manifest.ts";
import { assertScope, type Caller } from "../auth.ts";
import type { ApiEnv } from "../context.ts";
import { ApiError } from "../errors.ts";
import { callerWith } from "./caller.ts";
import { answerFile, type ServedFile } from "./file-response.ts";
import { findExport, readStoredManifest, type StoredManifest, withoutFiles } from "./published.ts";
import { filePath, isSigned, refusalOfUrl, type UrlRefusal } from "./signed-urls.ts";

const CONTENT_TYPES = { parquet: "application/vnd.apache.parquet", csv: "text/csv; charset=utf-8" } as const;

const URL_REFUSALS = {
  url_expired: "This URL has expired. GET /v1/exports/:id gives a new one, with which the download goes on.",
  invalid_signature: "This URL's signature is not valid. Use it exactly as GET /v1/exports/:id gave it.",
} as const satisfies Record<UrlRefusal, string>;

function downloadName(id: string, file: string): string {
  return `${id}-${file.replaceAll("/", "-")}`;
}

function partAsServed(bucket: R2Bucket, id: string, part: ExportPart): ServedFile {
  return {
    downloadName: downloadName(id, part.file),
    contentType: part.file.endsWith(".csv") ? CONTENT_TYPES.csv : CONTENT_TYPES.parquet,
    bytes: part.bytes,
    sha256: part.sha256,
    async open(range) {
      const object = await bucket.get(`${id}/${part.file}`, range === null ? {} : { range });
      if (object === null) throw withoutFiles("removed");
      // A range of another object would be glued to what the caller has of this one.
      if (object.size !== part.bytes) throw new Error(`${id}/${part.file} is not what its manifest says.`);
      return object.body;
    },
  };
}

async function manifestAsServed(id: string, bytes: Uint8Array<ArrayBuffer>): Promise<ServedFile> {
  return {
    downloadName: downloadName(id, EXPORT_MANIFEST_FILE),
    contentType: "application/json",
    bytes: bytes.byteLength,
    sha256: Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex"),
    open: async (range) => (range === null ? bytes : bytes.subarray(range.offset, range.offset + range.length)),
  };
}

/** Only what the manifest names: nothing else of the bucket can be reached. */
async function servedFile(bucket: R2Bucket, { manifest, bytes }: StoredManifest, file: string): Promise<ServedFile> {
  if (file === EXPORT_MANIFEST_FILE) return manifestAsServed(manifest.id, bytes);
  const part = filesOf(manifest).find((candidate) => candidate.file === file);
  if (part === undefined) throw new ApiError("not_found", "This export has no such file: its manifest names them all.");
  return partAsServed(bucket, manifest.id, part);
}

async function serve(context: Context<ApiEnv>, id: string, file: string): Promise<Response> {
  // Null where a signed URL is enough: it was made for somebody who may read the export.
  let caller: Caller | null = null;
  if (isSigned(context)) {
    const refusal = await refusalOfUrl(context, filePath(id, file), Date.now());
    if (refusal !== null) throw new ApiError(refusal, URL_REFUSALS[refusal]);
  } else {
    caller = await callerWith(context, "exports:read");
  }
  const record = await findExport(context.env, id);
  if (record.state !== "complete") throw withoutFiles(record.state);
  const stored = await readStoredManifest(context.env.EXPORTS, id);
  if (stored === null)
    throw new ApiError("not_found", "This export was made by an older version. Make a new one: POST /v1/exports.");
  if (caller !== null && stored.manifest.user_ids === "raw") assertScope(caller, "exports:raw");
  return answerFile(context.req.raw, await servedFile(context.env.EXPORTS, stored, file));
}

/** `/v1/exports/:id/files`: GET and HEAD, by key or by signed URL. */
export const exportFileRoutes = new Hono<ApiEnv>();

exportFileRoutes.get(`/:id/files/${EXPORT_MANIFEST_FILE}`, (context) =>
  serve(context, context.req.param("id"), EXPORT_MANIFEST_FILE),
);
exportFileRoutes.get("/:id/files/:table/:file", (context) => {
  const { id, table, file } = context.req.param();
  return serve(context, id, `${table}/${file}`);
});
