import { z } from "zod";

import type { ApiRequester } from "./create.ts";

const PAGE = 100;
/** More than this nobody reads in a terminal. */
const EXPORTS_LISTED_MAX = 1_000;

const pageSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      started_at: z.string(),
      finished_at: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
export type ListedExport = z.infer<typeof pageSchema>["data"][number];

/** The newest exports, newest first. */
export async function listAllExports(api: ApiRequester): Promise<ListedExport[]> {
  const found: ListedExport[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = pageSchema.parse(await api.request("GET", `/v1/exports?limit=${PAGE}${query}`));
    found.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < EXPORTS_LISTED_MAX);
  return found;
}
