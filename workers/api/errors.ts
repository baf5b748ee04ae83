import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";

import { logger, messageOf } from "../../platform/logger.ts";
import type { ApiEnv } from "./context.ts";

/** Every code that a caller can see, and its HTTP status: the one place where the two meet. */
export const STATUS = {
  invalid_json: 400,
  invalid_request: 400,
  unknown_field: 400,
  unknown_placement: 400,
  invalid_cursor: 400,
  missing_key: 401,
  invalid_key: 401,
  secret_key_in_url: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  secret_key_required: 403,
  origin_not_allowed: 403,
  shopper_token_required: 403,
  url_expired: 403,
  invalid_signature: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  user_erased: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  session_full: 429,
  internal_error: 500,
  not_ready: 503,
  ledger_shards_changed: 503,
  temporarily_unavailable: 503,
} as const satisfies Record<string, ContentfulStatusCode>;
export type ErrorCode = keyof typeof STATUS;

/** A refusal that the caller is told about: what happened and what to do. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly unknown[] | undefined;

  constructor(code: ErrorCode, message: string, details?: readonly unknown[]) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.details = details;
  }
}

/** The one error envelope. */
export function errorResponse(context: Context<ApiEnv>, error: ApiError): Response {
  return context.json(
    {
      error: {
        code: error.code,
        message: error.message,
        requestId: context.var.requestId,
        ...(error.details === undefined ? {} : { details: error.details }),
      },
    },
    STATUS[error.code],
  );
}

/** Turns whatever a route threw into the envelope; what we did not expect is logged and stays opaque. */
export function handleError(thrown: Error, context: Context<ApiEnv>): Response {
  if (thrown instanceof ApiError) return errorResponse(context, thrown);
  logger.error("request_failed", {
    requestId: context.var.requestId,
    method: context.req.method,
    path: context.req.path,
    message: messageOf(thrown),
    stack: thrown.stack ?? null,
  });
  return errorResponse(
    context,
    new ApiError("internal_error", "Something went wrong on our side. Try again; if it stays, report the requestId."),
  );
}

/** The refusal that says what zod found: `unknown_field` when that is all, else `invalid_request`. */
export function invalidInput(error: z.ZodError): ApiError {
  const unknown = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key].join(".")) : [],
  );
  if (unknown.length > 0) {
    return new ApiError(
      "unknown_field",
      `Remove the unknown field${unknown.length > 1 ? "s" : ""} ${unknown.join(", ")}.`,
      unknown,
    );
  }
  const details = error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const first = details[0];
  return new ApiError(
    "invalid_request",
    first === undefined ? "The request is not valid." : `${first.path || "The body"}: ${first.message}`,
    details,
  );
}

/** Parses `input` with `schema`. @throws ApiError that names every problem. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}
