import { z } from "zod";

import { clientIdSchema, tokenSchema, userIdSchema } from "./identity.ts";
import { EVENT_TEXT_MAX_LENGTH, EVENTS_PER_REQUEST_MAX } from "./limits.ts";

/**
 * The envelope of `POST /v1/events`. Strict: a misspelt field is refused rather than ignored. What stands inside an
 * event is judged one by one (judge-event.ts), so that one bad event does not cost the others.
 */
export const eventRequestSchema = z.strictObject({
  client_id: clientIdSchema.optional(),
  user_id: userIdSchema.optional(),
  session_id: z.string().min(1).max(EVENT_TEXT_MAX_LENGTH).optional(),
  key: z.string().optional(),
  token: tokenSchema.optional(),
  consent: z.strictObject({ personalization: z.boolean(), analytics: z.boolean() }).optional(),
  /** Where the shopper is, ISO 3166-1 alpha-2: for the shop's server, whose own place says nothing about it. */
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, "must be an ISO 3166-1 alpha-2 code such as FR")
    .toUpperCase()
    .optional(),
  events: z.array(z.record(z.string(), z.unknown())).min(1).max(EVENTS_PER_REQUEST_MAX),
});

/** The query of `POST /v1/events`: what a beacon, which sets no headers, may say outside the body. */
export const eventQuerySchema = z.strictObject({ key: z.string().optional(), token: tokenSchema.optional() });
