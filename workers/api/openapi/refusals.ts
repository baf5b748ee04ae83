import { type ErrorCode, STATUS } from "../errors.ts";
import type { Access, Operation } from "./operation.ts";

const OF_ACCESS = {
  everybody: [],
  shopper: ["missing_key", "invalid_key", "secret_key_in_url", "insufficient_scope", "origin_not_allowed"],
  server: ["missing_key", "invalid_key", "secret_key_in_url", "insufficient_scope", "secret_key_required"],
  anyOf: ["missing_key", "invalid_key", "secret_key_in_url", "insufficient_scope", "secret_key_required"],
  viewer: ["missing_key", "invalid_key", "secret_key_in_url", "insufficient_scope", "secret_key_required"],
} as const satisfies Record<Access["kind"], readonly ErrorCode[]>;

const OF_QUERY = ["invalid_request", "unknown_field"] as const satisfies readonly ErrorCode[];
const OF_BODY = [
  "invalid_json",
  "invalid_request",
  "unknown_field",
  "body_too_large",
  "unsupported_media_type",
] as const satisfies readonly ErrorCode[];

/** Every code that a call may be refused with, by status, in the order of the statuses. */
export function refusalsOf({ access, query, body, refusals = [] }: Operation): Map<number, ErrorCode[]> {
  const codes = new Set<ErrorCode>([
    ...OF_ACCESS[access.kind],
    ...(query === undefined ? [] : OF_QUERY),
    ...(body === undefined ? [] : OF_BODY),
    ...refusals,
    ...(access.kind === "everybody" ? [] : (["not_ready"] as const)),
    "internal_error",
  ]);
  // In the order of the table in errors.ts.
  const listed = (Object.keys(STATUS) as ErrorCode[]).filter((code) => codes.has(code));
  return Map.groupBy(listed, (code) => STATUS[code]);
}
