import type { Context } from "hono";
import { z } from "zod";

import { USER_ID_FORMS } from "../../../domain/exports/manifest.ts";
import type { ExportParams } from "../../../domain/exports/params.ts";
import { EXPORT_AS_OF_MAX_MILLISECONDS } from "../../../domain/exports/limits.ts";
import { readJson } from "../body.ts";
import type { ApiEnv } from "../context.ts";
import { ApiError, parseInput } from "../errors.ts";

const BODY_MAX_BYTES = 4 * 1024;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

export const bodySchema = z.strictObject({
  csv: z.boolean().default(false),
  as_of: z.iso
    .datetime({ offset: true, error: "an ISO 8601 time with its zone, such as 2026-11-21T18:00:00Z" })
    .optional(),
  user_ids: z.enum(USER_ID_FORMS).default("pseudonym"),
});

function assertReachable(asOf: number, now: number): void {
  const refuse = (message: string): ApiError =>
    new ApiError("invalid_request", `as_of: ${message}`, [{ path: "as_of", message }]);
  if (asOf > now) throw refuse("must not lie ahead");
  if (now - asOf > EXPORT_AS_OF_MAX_MILLISECONDS) {
    const days = EXPORT_AS_OF_MAX_MILLISECONDS / DAY_MILLISECONDS;
    throw refuse(`must lie at most ${days} days back: what was before is not kept`);
  }
}

/**
 * What `POST /v1/exports` asks for; without a body, an export of this moment.
 * @param now milliseconds since 1970 UTC
 * @throws ApiError 400 for a moment that cannot be gone back to
 */
export async function readCreateBody(context: Context<ApiEnv>, now: number): Promise<ExportParams> {
  const isEmpty = context.req.raw.body === null || context.req.header("content-length") === "0";
  const body = parseInput(bodySchema, isEmpty ? {} : await readJson(context, BODY_MAX_BYTES));
  const asOf = body.as_of === undefined ? null : Date.parse(body.as_of);
  if (asOf !== null) assertReachable(asOf, now);
  return { asOf, csv: body.csv, userIds: body.user_ids };
}
