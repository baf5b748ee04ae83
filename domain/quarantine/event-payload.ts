import { z } from "zod";

import type { Interaction } from "../events/interaction.ts";
import { interactionSchema } from "../events/interaction.ts";
import { REJECTED_EVENT_MAX_DEPTH, REJECTED_EVENT_MAX_LENGTH, REJECTED_TEXT_MAX_LENGTH } from "./limits.ts";

/** An event that the API rejected, with what its request said of it: all that judging it again needs. */
const rejectedPayloadSchema = z.object({
  kind: z.literal("event"),
  /** Null for a shopper who agreed to analytics only: a replay gives the event a one-off id. */
  shopper: z.string().nullable(),
  received_at: z.number(),
  session_id: z.string().optional(),
  country: z.string().optional(),
  /** True where the event was too large or too deep: then only its own id, name and time are here. */
  cut: z.boolean(),
  event: z.record(z.string(), z.unknown()),
});
export type RejectedPayload = z.infer<typeof rejectedPayloadSchema>;

/** What is kept of an event, so that it can be replayed. */
export const eventPayloadSchema = z.discriminatedUnion("kind", [
  rejectedPayloadSchema,
  /** An accepted event that the ledger did not take. */
  z.object({ kind: z.literal("interaction"), interaction: interactionSchema }),
]);
export type EventPayload = z.infer<typeof eventPayloadSchema>;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

type GivenEvent = Readonly<Record<string, unknown>>;

function beginning(event: GivenEvent): Record<string, unknown> {
  const entries = ["event_id", "name", "timestamp"].map((key) => [key, event[key]] as const);
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value.slice(0, REJECTED_TEXT_MAX_LENGTH)] as const] : [],
    ),
  );
}

/** A rejected event as it is kept: as it came, or cut where it is larger or deeper than may be. */
export function rejectedPayload(
  event: GivenEvent,
  from: {
    readonly shopper: string | null;
    readonly receivedAt: number;
    readonly sessionId: string | undefined;
    readonly country: string | undefined;
  },
): RejectedPayload {
  // The depth comes first: text of what nests without end cannot be made.
  const cut = isDeeper(event, REJECTED_EVENT_MAX_DEPTH) || JSON.stringify(event).length > REJECTED_EVENT_MAX_LENGTH;
  return {
    kind: "event",
    shopper: from.shopper,
    received_at: from.receivedAt,
    ...(from.sessionId === undefined ? {} : { session_id: from.sessionId }),
    ...(from.country === undefined ? {} : { country: from.country }),
    cut,
    event: cut ? beginning(event) : { ...event },
  };
}

/** The interaction that the ledger did not take, as it is kept. */
export function interactionPayload(interaction: Interaction): EventPayload {
  return { kind: "interaction", interaction };
}

export const rejectedEventSchema = z.object({
  reason: z.string(),
  detail: z.string(),
  payload: rejectedPayloadSchema,
});
export type RejectedEvent = z.infer<typeof rejectedEventSchema>;

/** Body of a message on the `events` queue that brings rejected events instead of accepted ones. */
export const rejectedMessageSchema = z.object({
  format: z.literal(1),
  rejected: z.array(rejectedEventSchema),
  /** Events that were only counted, by reason. */
  not_kept: z.record(z.string(), z.number()),
  /** When the message was made, milliseconds since 1970 UTC. */
  sent_at: z.number(),
});
export type RejectedMessage = z.infer<typeof rejectedMessageSchema>;
