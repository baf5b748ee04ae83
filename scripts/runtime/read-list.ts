import { z } from "zod";

import type { ApiClient } from "./api-client.ts";

const PAGE = 100;

/** What was read of a list. */
export interface ReadList<Row> {
  readonly rows: readonly Row[];
  /** True when the list goes on behind `rows`. */
  readonly hasMore: boolean;
}

/**
 * Reads a list page by page.
 * @param query further parameters
 * @param most rows at which reading stops
 */
export async function readList<Row>(
  api: ApiClient,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  rowSchema: z.ZodType<Row>,
  most: number,
): Promise<ReadList<Row>> {
  const pageSchema = z.object({ data: z.array(rowSchema), next_cursor: z.string().nullable() });
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const search = new URLSearchParams({ limit: String(Math.min(PAGE, most - rows.length)) });
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
    if (cursor !== null) search.set("cursor", cursor);
    const page = pageSchema.parse(await api.request("GET", `${path}?${search.toString()}`));
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null && rows.length < most);
  return { rows, hasMore: cursor !== null };
}
