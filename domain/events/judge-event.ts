import { z } from "zod";

import { err, ok, type Result } from "../result.ts";
import { eventNeeds, knownEventNames } from "./event-names.ts";
import { parseEventParams, type ParamsProblem } from "./event-params.ts";
import type { Interaction } from "./interaction.ts";
import { EVENT_FUTURE_MILLISECONDS, EVENT_ID_MAX_LENGTH, EVENT_PAST_MILLISECONDS } from "./limits.ts";

/** Why one event of a request is not taken. */
export interface EventProblem {
  readonly kind: ParamsProblem["kind"] | "invalid_event" | "unknown_field" | "unknown_event" | "timestamp_out_of_range";
  readonly message: string;
}

/** What the request says of all its events. */
export interface EventContext {
  readonly shopper: string;
  /** When we took the request, milliseconds since 1970 UTC. */
  readonly receivedAt: number;
  readonly sessionId: string | undefined;
  /** ISO 3166-1 alpha-2 of the edge, if known. */
  readonly country: string | undefined;
  /** `events.custom` of the configuration. */
  readonly customEvents: Readonly<Record<string, unknown>>;
}

export const eventSchema = z.strictObject({
  event_id: z.string().min(1).max(EVENT_ID_MAX_LENGTH),
  name: z.string(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  params: z.record(z.string(), z.unknown()).default({}),
});

function shapeProblem(error: z.ZodError): EventProblem {
  const unknown = error.issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : []));
  if (unknown.length > 0) {
    return { kind: "unknown_field", message: `Remove ${unknown.join(", ")}, or put it into params.` };
  }
  const messages = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  return { kind: "invalid_event", message: messages.join("; ") };
}

/** Judges one event of a request: the interaction that it becomes, or why it is not taken. */
export function judgeEvent(
  event: Readonly<Record<string, unknown>>,
  context: EventContext,
): Result<Interaction, EventProblem> {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return err(shapeProblem(parsed.error));
  const { event_id, name, timestamp, params: given } = parsed.data;
  const needs = eventNeeds(name, context.customEvents);
  if (needs === undefined) {
    const known = knownEventNames(context.customEvents).join(", ");
    return err({ kind: "unknown_event", message: `There is no event of this name. Known names: ${known}.` });
  }
  const at = timestamp === undefined ? context.receivedAt : Date.parse(timestamp);
  const age = context.receivedAt - at;
  if (age > EVENT_PAST_MILLISECONDS || age < -EVENT_FUTURE_MILLISECONDS) {
    return err({
      kind: "timestamp_out_of_range",
      message: "An event may be at most 72 hours old and 5 minutes ahead of our clock.",
    });
  }
  const params = parseEventParams(given, needs);
  if (!params.ok) return params;
  const { items, recommendationId, rest } = params.value;
  return ok({
    event_id,
    name,
    shopper: context.shopper,
    at,
    received_at: context.receivedAt,
    items,
    ...(recommendationId === undefined ? {} : { recommendation_id: recommendationId }),
    ...(context.sessionId === undefined ? {} : { session_id: context.sessionId }),
    ...(context.country === undefined ? {} : { country: context.country }),
    params: rest,
  });
}
