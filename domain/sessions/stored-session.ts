import { z } from "zod";

import { interactionSchema } from "../events/interaction.ts";
import { EMPTY_SESSION, type Session } from "./session.ts";

const interactions = z.array(z.object({ name: z.string(), item_id: z.string(), at: z.number() }));

const contentSchema = z.object({
  recent: interactions,
  cart: z.array(z.object({ item_id: z.string(), quantity: z.number() })),
  purchases: z.array(z.object({ item_id: z.string(), at: z.number(), transaction_id: z.string().optional() })),
  ratings: z.array(z.object({ item_id: z.string(), rating: z.number(), at: z.number().optional() })),
  // Rows of version 0.1 hold `shown` instead, without ids of recommendations: nothing can be put down to it.
  seen: z.array(z.object({ recommendation_id: z.string(), at: z.number(), item_ids: z.array(z.string()) })).default([]),
  event_ids: z.array(z.string()),
});

const sessionSchema = z.object({
  ...contentSchema.shape,
  format: z.literal(1),
  consent: z.object({ personalization: z.boolean(), analytics: z.boolean() }).nullable(),
  features: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  country: z.string().nullable(),
  profile_loaded_at: z.number(),
  candidates: z.array(
    z.object({
      version: z.string(),
      feature_hash: z.string(),
      item_ids: z.array(z.string()),
      scores: z.array(z.number()),
    }),
  ),
  unconfirmed: z.array(interactionSchema),
  offer_at: z.number().nullable(),
  merged: z.array(z.string()),
  generation: z.number(),
  handing_over: z.object({ recipient: z.string(), generation: z.number(), content: contentSchema }).nullable(),
  touched_at: z.number(),
});

/**
 * Opens a session that was stored as JSON text. A field that its writer did not know yet starts empty.
 * @throws z.ZodError for a text that no version of this code wrote
 */
export function openSession(text: string): Session {
  const stored: unknown = JSON.parse(text);
  return sessionSchema.parse(typeof stored === "object" && stored !== null ? { ...EMPTY_SESSION, ...stored } : stored);
}

/** The text under which a session is stored. */
export function packSession(session: Session): string {
  return JSON.stringify(session);
}
