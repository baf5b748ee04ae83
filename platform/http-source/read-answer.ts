import { z } from "zod";

import type { HttpSourceConfig } from "../../domain/config/schema.ts";
import { cellText, isExactNumber, parseExactJson } from "./exact-json.ts";
import { memberAt } from "./member.ts";
import { nextLink } from "./next-link.ts";
import { type HttpAnswer, httpError, requireOrigin } from "./request.ts";

const rowsSchema = z.array(z.record(z.string(), z.unknown()));
const totalSchema = z.string().regex(/^\d+$/);

/** What one answer holds. */
export interface JsonPage {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The cursor or the absolute address of the next page; null behind the last. */
  readonly next: string | null;
  /** Rows of the whole table, where the shop says so. */
  readonly total: number | null;
}

function nextCursor(body: unknown, member: string, asked: URL): string | null {
  const next = memberAt(body, member);
  if (next === undefined || next === null || next === false || next === "") return null;
  if (typeof next === "string" || isExactNumber(next)) return cellText(next);
  throw httpError(asked, `has no cursor in "${member}" (source.http.paging.next)`);
}

function nextAddress(header: string | null, asked: URL, at: string): string | null {
  const link = nextLink(header);
  if (link === null) return null;
  if (!URL.canParse(link, at)) throw httpError(asked, "has a next link that is no address");
  const next = new URL(link, at);
  requireOrigin(next, asked.origin, asked);
  next.hash = "";
  return next.href;
}

/**
 * Reads the rows and the next page out of an answer.
 * @throws ReplicaError when it is no JSON, holds no rows where the configuration says, or leads to another origin
 */
export function readAnswer(
  { rows: member, paging }: HttpSourceConfig,
  asked: URL,
  answer: HttpAnswer & { readonly kind: "found" },
): JsonPage {
  let body: unknown;
  try {
    body = parseExactJson(answer.text);
  } catch {
    throw httpError(asked, "answered with what is no JSON");
  }
  const rows = rowsSchema.safeParse(member === undefined ? body : memberAt(body, member));
  if (!rows.success) {
    const place = member === undefined ? "" : ` in "${member}" (source.http.rows)`;
    throw httpError(asked, `answered without an array of objects${place}`);
  }
  const next =
    paging.kind === "cursor"
      ? nextCursor(body, paging.next, asked)
      : nextAddress(answer.headers.get("link"), asked, answer.url);
  const total = totalSchema.safeParse(answer.headers.get("x-total-count"));
  return { rows: rows.data, next, total: total.success ? Number(total.data) : null };
}
