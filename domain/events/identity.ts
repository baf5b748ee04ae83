import { z } from "zod";

import { CLIENT_ID_MAX_LENGTH, CLIENT_ID_MIN_LENGTH, USER_ID_MAX_LENGTH } from "./limits.ts";

/** Longest shopper token that is looked at: a JWT with a user id of the greatest length stays far below. */
export const TOKEN_MAX_LENGTH = 2_048;

/**
 * An anonymous shopper: randomness that the browser made. Whoever knows it may speak for that shopper, hence its
 * least length; the characters are those that a URL carries unescaped (RFC 3986, unreserved).
 */
export const clientIdSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9._~-]{${CLIENT_ID_MIN_LENGTH},${CLIENT_ID_MAX_LENGTH}}$`),
    `must be ${CLIENT_ID_MIN_LENGTH} to ${CLIENT_ID_MAX_LENGTH} url-safe characters of randomness, such as a UUID`,
  );

/** A known customer, by the id that the shop's own database uses. */
export const userIdSchema = z
  .string()
  .min(1)
  .max(USER_ID_MAX_LENGTH)
  // Half a surrogate pair would be stored as another text than it was sent as: two users could become one.
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not hold control characters");

/** A shopper token: a JWT that proves a `user_id`. */
export const tokenSchema = z.string().min(1).max(TOKEN_MAX_LENGTH);

/** What a request may say about who the shopper is. */
export const identitySchema = z.object({
  client_id: clientIdSchema.optional(),
  user_id: userIdSchema.optional(),
  token: tokenSchema.optional(),
});
