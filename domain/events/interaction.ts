import { z } from "zod";

/** The recommendation that an interaction with an item is put down to, and the rule that did so (domain/attribution). */
export const attributionSchema = z.object({
  recommendation_id: z.string(),
  /** `<rule>/<version>`. */
  rule: z.string(),
});
export type Attribution = z.infer<typeof attributionSchema>;

/** One item of an event, in GA4's words. */
export const interactionItemSchema = z.object({
  item_id: z.string(),
  quantity: z.number().optional(),
  price: z.number().optional(),
  attribution: attributionSchema.optional(),
});
export type InteractionItem = z.infer<typeof interactionItemSchema>;

/**
 * An accepted event as it travels: session → queue → ledger → lake. Its shape is what a queue message and a session's
 * safety net hold, so a change must be readable one version back.
 */
export const interactionSchema = z.object({
  event_id: z.string(),
  name: z.string(),
  /** `u:<user id>`, `c:<client id>` or, without consent to personalisation, `x:<random>`. */
  shopper: z.string(),
  /** When it happened, milliseconds since 1970 UTC. */
  at: z.number(),
  /** When we took it. */
  received_at: z.number(),
  items: z.array(interactionItemSchema),
  recommendation_id: z.string().optional(),
  session_id: z.string().optional(),
  /** ISO 3166-1 alpha-2 of the edge, if known. */
  country: z.string().optional(),
  /** Everything else that came in `params`. */
  params: z.record(z.string(), z.unknown()),
});
export type Interaction = z.infer<typeof interactionSchema>;

/** Body of a message on the `events` queue. */
export const interactionMessageSchema = z.object({
  format: z.literal(1),
  interactions: z.array(interactionSchema).min(1),
});
export type InteractionMessage = z.infer<typeof interactionMessageSchema>;
