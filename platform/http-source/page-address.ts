import type { HttpSourceConfig } from "../../domain/config/schema.ts";
import type { Position } from "../../domain/sync/replica.ts";
import { httpError, requireOrigin } from "./request.ts";

/** Which page of a table is asked for. */
export interface PageOfTable {
  readonly table: string;
  readonly after: Position | null;
  readonly from: string | null;
  readonly limit: number;
}

/** The address of a table: a path below the configured one; a query that either of them has stays. */
function tableAddress(config: HttpSourceConfig, table: string): URL {
  const address = new URL(config.url);
  const [path = "", query = ""] = table.split("?", 2);
  address.pathname = `${address.pathname.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.append(name, value);
  return address;
}

/**
 * The address of a page.
 * @throws ReplicaError when a stored position leads away from the configured origin
 */
export function pageAddress(config: HttpSourceConfig, { table, after, from, limit }: PageOfTable): URL {
  const { paging, limitParameter, sinceParameter } = config;
  const address = tableAddress(config, table);
  const [position] = after ?? [];
  if (position !== undefined && paging.kind === "link") {
    if (!URL.canParse(position)) throw httpError(address, "has a position that is no address: read it from the start");
    const next = new URL(position);
    requireOrigin(next, address.origin, address);
    return next;
  }
  address.searchParams.set(limitParameter, String(Math.trunc(limit)));
  if (from !== null && sinceParameter !== undefined) address.searchParams.set(sinceParameter, from);
  if (position !== undefined && paging.kind === "cursor") address.searchParams.set(paging.parameter, position);
  return address;
}
