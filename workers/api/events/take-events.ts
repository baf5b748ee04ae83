import type { z } from "zod";

import type { eventRequestSchema } from "../../../domain/events/event-request.ts";
import type { Interaction } from "../../../domain/events/interaction.ts";
import { judgeEvent } from "../../../domain/events/judge-event.ts";
import type { Appended, Destination } from "../../../domain/sessions/append.ts";
import config from "#shop-config";
import { logger, messageOf } from "../../../platform/logger.ts";
import type { Call } from "../call.ts";
import { ApiError } from "../errors.ts";
import { appendAnonymously } from "../event-delivery.ts";
import { packForQueue } from "../event-packer.ts";
import { assertLedgerShards } from "../ledger-shards.ts";
import { packRejected, type Rejection } from "../rejected-packer.ts";
import { identifyShopper, type IdentifiedShopper, resolveConsent, type ResolvedConsent } from "../shopper.ts";

/** What a request's events came to, beside those that were refused one by one. */
interface Counts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly suppressed: number;
}

interface Taken {
  readonly destination: Destination;
  readonly counts: Counts;
}

/** An event that was not taken, and why. */
export interface RejectedEvent {
  readonly index: number;
  readonly event_id: string | null;
  readonly code: string;
  readonly message: string;
}

/** What became of the events of a request. */
export interface EventsAnswer extends Counts {
  readonly rejected: readonly RejectedEvent[];
}

/** What the edge says when it does not know the country; Tor's `T1` is no country either. */
const NO_COUNTRIES: ReadonlySet<unknown> = new Set(["XX", "T1"]);

async function appendToSession(
  { env }: Call,
  { shopper, mergeClient }: IdentifiedShopper,
  consent: ResolvedConsent,
  interactions: readonly Interaction[],
): Promise<Appended> {
  const session = env.SHOPPER_SESSION.getByName(shopper);
  const appended = await session.append({ shopper, mergeClient, consent, interactions });
  if (appended.ok) return appended.value;
  throw new ApiError(
    "session_full",
    "Too many events of this shopper wait to be confirmed. Send these again in a minute.",
  );
}

/** The events that were new, as the session has them: what it put down to recommendations, and the rest as it came. */
function takenOf(interactions: readonly Interaction[], { fresh, attributed }: Appended): readonly Interaction[] {
  const ids = new Set(fresh);
  const itemsOf = new Map(attributed.map(({ event_id, items }) => [event_id, items]));
  // `delete` takes the first of an id: a repetition within the request is among the duplicates.
  return interactions
    .filter((interaction) => ids.delete(interaction.event_id))
    .map((interaction) => ({ ...interaction, items: itemsOf.get(interaction.event_id) ?? interaction.items }));
}

/**
 * Where the shopper is. A browser is where the edge saw it; the shop's server is elsewhere, and may say.
 * @throws ApiError 403 for a browser that says: it could be anywhere
 */
function countryOf({ caller, edgeCountry }: Call, said: string | undefined): string | undefined {
  if (caller.kind === "secret") return said;
  if (said !== undefined) throw new ApiError("secret_key_required", "Only a secret key may say `country`.");
  return edgeCountry === null || NO_COUNTRIES.has(edgeCountry) ? undefined : edgeCountry;
}

/** Makes the accepted events durable, and sends them where the shopper's consent lets them go. */
async function take(
  call: Call,
  who: IdentifiedShopper,
  consent: ResolvedConsent,
  interactions: readonly Interaction[],
): Promise<Taken> {
  const appended = await appendToSession(call, who, consent, interactions);
  const { destination, duplicates } = appended;
  const taken = takenOf(interactions, appended);
  switch (destination) {
    case "queue":
      if (taken.length > 0) {
        const sending = packForQueue(call.env, taken, Date.now());
        if (sending !== null) call.waitUntil(sending);
      }
      return { destination, counts: { accepted: taken.length, duplicates, suppressed: 0 } };
    case "session":
      return { destination, counts: { accepted: taken.length, duplicates, suppressed: 0 } };
    case "ledger": {
      const accepted = await appendAnonymously(call.env, taken);
      return { destination, counts: { accepted, duplicates: interactions.length - accepted, suppressed: 0 } };
    }
    case "nowhere":
      break;
  }
  return { destination, counts: { accepted: 0, duplicates: 0, suppressed: interactions.length } };
}

async function takeOrRefuse(...input: Parameters<typeof take>): Promise<Taken> {
  try {
    return await take(...input);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    logger.error("events_not_taken", { requestId: input[0].requestId, message: messageOf(error) });
    throw new ApiError("temporarily_unavailable", "The events could not be stored. Send them again: each counts once.");
  }
}

/**
 * Takes the events of a request. What comes back means that the accepted ones are durable, each to count once.
 * @throws ApiError for a shopper who is not named as they must be, and when the events could not be stored
 */
export async function takeEvents(call: Call, request: z.infer<typeof eventRequestSchema>): Promise<EventsAnswer> {
  const who = await identifyShopper(call.env, call.caller, request);
  await assertLedgerShards(call);

  const interactions: Interaction[] = [];
  const rejected: RejectedEvent[] = [];
  const rejections: Rejection[] = [];
  const eventContext = {
    shopper: who.shopper,
    receivedAt: Date.now(),
    sessionId: request.session_id,
    country: countryOf(call, request.country),
    customEvents: config.events.custom,
  };
  request.events.forEach((event, index) => {
    const judged = judgeEvent(event, eventContext);
    if (judged.ok) {
      interactions.push(judged.value);
      return;
    }
    const { event_id: eventId } = event;
    const { kind: code, message } = judged.error;
    rejections.push({ event, problem: judged.error });
    rejected.push({ index, event_id: typeof eventId === "string" ? eventId : null, code, message });
  });
  const consent = resolveConsent(call.caller, request.consent, config);
  const { counts, destination } = await takeOrRefuse(call, who, consent, interactions);
  const keeping = packRejected(call.env, rejections, { ...eventContext, destination });
  if (keeping !== null) call.waitUntil(keeping);
  return { ...counts, rejected };
}
