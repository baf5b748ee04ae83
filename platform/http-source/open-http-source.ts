import type { HttpSourceConfig } from "../../domain/config/schema.ts";
import type { PagedSource, TableDescription } from "../../domain/sync/replica.ts";
import { cellText } from "./exact-json.ts";
import { inferColumns } from "./infer-columns.ts";
import { DESCRIBED_ROWS, REQUEST_TIMEOUT_MILLISECONDS } from "./limits.ts";
import { pageAddress, type PageOfTable } from "./page-address.ts";
import { type JsonPage, readAnswer } from "./read-answer.ts";
import { httpError, type HttpWorld, request } from "./request.ts";

const WORLD: HttpWorld = {
  // Called by its own name: workerd refuses a fetch that was taken off its global object.
  fetch: (url, init) => fetch(url, init),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  now: Date.now,
  timeoutMilliseconds: REQUEST_TIMEOUT_MILLISECONDS,
};

/**
 * The shop's own read API as a source of pages. An entity's `table` is a path below the configured address. Nothing is
 * requested before the first reading.
 * @param token the bearer token; nothing or an empty text for an API that takes none
 * @param world what replaces the platform's own fetch, waiting and clock
 */
export function openHttpSource(
  config: HttpSourceConfig,
  token: string | null | undefined,
  world: Partial<HttpWorld> = {},
): PagedSource {
  const within = { ...WORLD, ...world };
  // A secret that was piped into wrangler ends in a line break, which no header may hold.
  const bearer = token?.trim() ?? "";

  /** @returns null where the shop has no such table */
  async function readJsonPage(page: PageOfTable): Promise<JsonPage | null> {
    const address = pageAddress(config, page);
    const answer = await request(within, address, bearer === "" ? null : bearer);
    if (answer.kind === "missing") return null;
    const read = readAnswer(config, address, answer);
    const here = config.paging.kind === "link" ? address.href : (page.after?.[0] ?? null);
    if (read.next !== null && read.next === here) {
      throw httpError(address, "names itself as its next page: the reading would never end");
    }
    return read;
  }

  return {
    kind: "pages",
    async describe(tables) {
      const described: TableDescription[] = [];
      for (const table of tables) {
        const page = await readJsonPage({ table, after: null, from: null, limit: DESCRIBED_ROWS });
        if (page === null) continue;
        const { rows, total } = page;
        described.push({ table, columns: inferColumns(rows), primaryKey: [], rows: total ?? rows.length });
      }
      return described;
    },
    async readPage({ table: { table }, columns, after, from, limit }) {
      const page = await readJsonPage({ table, after, from, limit });
      if (page === null) {
        throw httpError(pageAddress(config, { table, after: null, from, limit }), "answered 404", { schema: true });
      }
      const rows = page.rows.map((row) =>
        Object.fromEntries(columns.map((name) => [name, Object.hasOwn(row, name) ? cellText(row[name]) : null])),
      );
      return { rows, next: page.next === null ? null : [page.next] };
    },
    lagSeconds: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}
