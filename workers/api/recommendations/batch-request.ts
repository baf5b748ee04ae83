import { z } from "zod";

import { parseInput } from "../errors.ts";
import { parseRecommendationRequest, type RecommendationRequest, singleSchema } from "./request.ts";

/** Bounds of a batch. */
export const BATCH_BODY_MAX_BYTES = 256 * 1024;
export const USERS_PER_BATCH_MAX = 100;

/**
 * The body of `POST /v1/recommendations/batch`. What an id may be is judged user by user, so that one bad id does not
 * cost the others.
 */
export const batchSchema = singleSchema
  .pick({ placement: true, limit: true, locale: true, filter: true, exclude: true })
  .extend({ users: z.array(z.string()).min(1).max(USERS_PER_BATCH_MAX) });

/** A batch, checked: the users in their order, and what is asked for each of them. */
export interface BatchRequest {
  readonly users: readonly string[];
  readonly request: RecommendationRequest;
}

/**
 * Checks the body of a batch.
 * @throws ApiError 400 that names what is wrong
 */
export function parseBatchRequest(input: unknown): BatchRequest {
  const { users } = parseInput(batchSchema, input);
  // What is left has passed as an object with the fields of a request: it is read as one, by the same rules.
  const { users: _users, ...rest } = input as Record<string, unknown>;
  return { users, request: parseRecommendationRequest(rest) };
}
