import { z } from "zod";

import { exportManifestSchema, USER_ID_FORMS } from "../../../../domain/exports/manifest.ts";
import { bodySchema } from "../../exports/create-body.ts";
import { listSchema } from "../../exports.ts";
import { count, listOf, time } from "../answers.ts";
import type { Operation, Resource } from "../operation.ts";

const exportFields = {
  id: z.string(),
  state: z.enum(["running", "complete", "failed", "removed"]),
  trigger: z.enum(["cron", "api"]),
  as_of: time.nullable().describe("The moment that it shows."),
  rows: count.nullable(),
  bytes: count.nullable(),
  user_ids: z.enum(USER_ID_FORMS),
  started_at: time,
  finished_at: time.nullable(),
  error: z.string().nullable(),
};
export const exported = z.strictObject(exportFields).meta({ id: "Export" });

const file = z.strictObject({
  file: z.string(),
  rows: count,
  bytes: count,
  sha256: z.string(),
  url: z.string().nullable().describe("Works without a key for 15 minutes; null for who may not read it."),
});

export const EXAMPLE_EXPORT = {
  id: "20261116t030000000-0123abcd",
  state: "complete",
  trigger: "cron",
  as_of: "2026-11-16T03:00:00.000Z",
  rows: 3_104,
  bytes: 91_284,
  user_ids: "pseudonym",
  started_at: "2026-11-16T03:00:00.000Z",
  finished_at: "2026-11-16T03:00:21.000Z",
  error: null,
};
const FIELDS = {
  csv: "Each part also as CSV.",
  as_of: "As everything was then, at most 35 days back; where it is left out, now.",
  user_ids: "`raw`: the shop's own user ids; needs `exports:raw`, too.",
  id: "The export's id.",
  table: "`training`, `ratings`, `users` or `items`.",
  file: "`part-00000.parquet`, or `.csv`.",
};
const MAY_READ = { kind: "server", scopes: ["exports:read"] } as const;

function fileOperation(
  operation: Pick<Operation, "path" | "id" | "summary" | "example">,
  type: Record<string, string>,
): Operation {
  return {
    method: "get",
    description:
      "With a key, or without one by the address that `GET /v1/exports/{id}` gave. `HEAD`, `Range` (one), `If-Range` and " +
      "`If-None-Match` work; `ETag` and `Repr-Digest` hold the file's SHA-256.",
    access: MAY_READ,
    fields: FIELDS,
    answers: [{ status: 200, description: "The file.", schema: null, alsoAs: type }],
    refusals: ["not_found", "url_expired", "invalid_signature"],
    ...operation,
  };
}

/** `/v1/exports`. */
export const exportsResource: Resource = {
  name: "Exports",
  description: "Training data, as Parquet files that a manifest names.",
  operations: [
    {
      method: "post",
      path: "/v1/exports",
      id: "createExport",
      summary: "Make an export",
      access: { kind: "server", scopes: ["exports:write"] },
      body: { schema: bodySchema, optional: true },
      fields: FIELDS,
      answers: [
        {
          status: 202,
          description: "It is being made.",
          schema: z.strictObject({ id: z.string() }),
          example: { id: EXAMPLE_EXPORT.id },
        },
      ],
      example: { body: { csv: true } },
    },
    {
      method: "get",
      path: "/v1/exports",
      id: "listExports",
      summary: "List exports, newest first",
      access: MAY_READ,
      query: listSchema,
      answers: [
        {
          status: 200,
          description: "Exports.",
          schema: listOf(exported),
          example: { data: [EXAMPLE_EXPORT], next_cursor: null },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { limit: "5" } },
    },
    {
      method: "get",
      path: "/v1/exports/{id}",
      id: "getExport",
      summary: "Tell how an export is, and where its files are",
      access: MAY_READ,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "The export; `manifest` and `files` are null until it is complete.",
          schema: z
            .strictObject({
              ...exportFields,
              manifest: exportManifestSchema.meta({ id: "ExportManifest" }).nullable(),
              files: z.array(file).nullable(),
            })
            .meta({ id: "ExportWithFiles" }),
          example: {
            ...EXAMPLE_EXPORT,
            state: "running",
            rows: null,
            bytes: null,
            finished_at: null,
            manifest: null,
            files: null,
          },
        },
      ],
      refusals: ["not_found"],
      example: { path: { id: EXAMPLE_EXPORT.id } },
    },
    fileOperation(
      {
        path: "/v1/exports/{id}/files/manifest.json",
        id: "getExportManifest",
        summary: "Fetch an export's manifest",
        example: { path: { id: EXAMPLE_EXPORT.id } },
      },
      { "application/json": "What is in the export, and what each file must be." },
    ),
    fileOperation(
      {
        path: "/v1/exports/{id}/files/{table}/{file}",
        id: "getExportFile",
        summary: "Fetch a file of an export",
        example: { path: { id: EXAMPLE_EXPORT.id, table: "training", file: "part-00000.parquet" } },
      },
      { "application/vnd.apache.parquet": "A part.", "text/csv": "The same rows, where they were asked for." },
    ),
  ],
};
