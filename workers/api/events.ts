import { type Context, Hono } from "hono";
import { z } from "zod";

import { eventQuerySchema, eventRequestSchema } from "../../domain/events/event-request.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import { judgeEvent } from "../../domain/events/judge-event.ts";
import { EVENTS_BODY_MAX_BYTES } from "../../domain/events/limits.ts";
import type { Appended, Destination } from "../../domain/sessions/append.ts";
import config from "#shop-config";
import { logger, messageOf } from "../../platform/logger.ts";
import { assertScope, authenticate, bearerOf, type Caller } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";
import { appendAnonymously } from "./event-delivery.ts";
import { assertLedgerShards } from "./ledger-shards.ts";
import { packForQueue } from "./event-packer.ts";
import { packRejected, type Rejection } from "./rejected-packer.ts";
import { identifyShopper, type IdentifiedShopper, resolveConsent, type ResolvedConsent } from "./shopper.ts";

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

interface RejectedEvent {
  readonly index: number;
  readonly event_id: string | null;
  readonly code: string;
  readonly message: string;
}

/** What the edge says when it does not know the country; Tor's `T1` is no country either. */
const NO_COUNTRIES: ReadonlySet<unknown> = new Set(["XX", "T1"]);

const keyInBody = z.object({ key: z.string() });

async function callerOf(context: Context<ApiEnv>, keyOfQuery: string | undefined, body: unknown): Promise<Caller> {
  const inBody = keyInBody.safeParse(body);
  const open = keyOfQuery ?? (inBody.success ? inBody.data.key : null);
  const caller = await authenticate(context, { bearer: bearerOf(context), open });
  if (caller.kind === "secret") assertScope(caller, "events:write");
  return caller;
}

async function appendToSession(
  context: Context<ApiEnv>,
  { shopper, mergeClient }: IdentifiedShopper,
  consent: ResolvedConsent,
  interactions: readonly Interaction[],
): Promise<Appended> {
  const session = context.env.SHOPPER_SESSION.getByName(shopper);
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

/** Makes the accepted events durable, and sends them where the shopper's consent lets them go. */
async function take(
  context: Context<ApiEnv>,
  who: IdentifiedShopper,
  consent: ResolvedConsent,
  interactions: readonly Interaction[],
): Promise<Taken> {
  const appended = await appendToSession(context, who, consent, interactions);
  const { destination, duplicates } = appended;
  const taken = takenOf(interactions, appended);
  switch (destination) {
    case "queue":
      if (taken.length > 0) {
        const sending = packForQueue(context.env, taken, Date.now());
        if (sending !== null) context.executionCtx.waitUntil(sending);
      }
      return { destination, counts: { accepted: taken.length, duplicates, suppressed: 0 } };
    case "session":
      return { destination, counts: { accepted: taken.length, duplicates, suppressed: 0 } };
    case "ledger": {
      const accepted = await appendAnonymously(context.env, taken);
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
    logger.error("events_not_taken", { requestId: input[0].var.requestId, message: messageOf(error) });
    throw new ApiError("temporarily_unavailable", "The events could not be stored. Send them again: each counts once.");
  }
}

/** `/v1/events`: what shoppers do. 202 means durable. */
export const eventRoutes = new Hono<ApiEnv>();

eventRoutes.post("/", async (context) => {
  const query = parseInput(eventQuerySchema, context.req.query());
  const body = await readJson(context, EVENTS_BODY_MAX_BYTES);
  const caller = await callerOf(context, query.key, body);
  const request = parseInput(eventRequestSchema, body);
  const who = await identifyShopper(context, caller, { ...request, token: request.token ?? query.token });
  await assertLedgerShards(context);
  const country = context.req.raw.cf?.country;

  const interactions: Interaction[] = [];
  const rejected: RejectedEvent[] = [];
  const rejections: Rejection[] = [];
  const eventContext = {
    shopper: who.shopper,
    receivedAt: Date.now(),
    sessionId: request.session_id,
    country: typeof country === "string" && !NO_COUNTRIES.has(country) ? country : undefined,
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
  const consent = resolveConsent(caller, request.consent, config);
  const { counts, destination } = await takeOrRefuse(context, who, consent, interactions);
  const keeping = packRejected(context.env, rejections, { ...eventContext, destination });
  if (keeping !== null) context.executionCtx.waitUntil(keeping);
  return context.json({ ...counts, rejected }, 202);
});
