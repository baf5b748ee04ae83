import { z } from "zod";

import type { ApiClient } from "../runtime/api-client.ts";
import { type ReadList, readList } from "../runtime/read-list.ts";
import { formatTable } from "../terminal/table.ts";
import { formatBytes } from "./format-bytes.ts";

/** More than this nobody reads in a terminal. */
const EXPORTS_LISTED_MAX = 1_000;

const exportSchema = z.object({
  id: z.string(),
  state: z.string(),
  trigger: z.string(),
  as_of: z.string().nullable(),
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  user_ids: z.string(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  error: z.string().nullable(),
});
export type ListedExport = z.infer<typeof exportSchema>;

const COLUMNS = [
  { title: "export" },
  { title: "state" },
  { title: "as of" },
  { title: "rows", right: true },
  { title: "size", right: true },
  { title: "trigger" },
  { title: "user ids" },
  { title: "" },
];

/** The newest exports, newest first. */
export async function listAllExports(api: ApiClient): Promise<ReadList<ListedExport>> {
  return readList(api, "/v1/exports", {}, exportSchema, EXPORTS_LISTED_MAX);
}

/** Exports as a table, its titles first; why one failed stands behind it. */
export function exportsTable(exports: readonly ListedExport[]): string[] {
  const rows = exports.map((one) => [
    one.id,
    one.state,
    one.as_of ?? "",
    one.rows === null ? "" : String(one.rows),
    one.bytes === null ? "" : formatBytes(one.bytes),
    one.trigger,
    one.user_ids,
    one.error ?? "",
  ]);
  return formatTable(COLUMNS, rows);
}
