import { attribute } from "../../../domain/attribution/attribute.ts";
import type { Interaction } from "../../../domain/events/interaction.ts";
import { judgeEvent } from "../../../domain/events/judge-event.ts";
import { ONE_OFF_PREFIX } from "../../../domain/ledger/routing.ts";
import { type EventPayload, eventPayloadSchema } from "../../../domain/quarantine/event-payload.ts";
import config from "#shop-config";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { appendToLedgers } from "../../queues/append-to-ledgers.ts";
import { ApiError } from "../errors.ts";

function judgeAgain(payload: EventPayload): Interaction | null {
  if (payload.kind === "interaction") return payload.interaction;
  if (payload.cut) return null;
  const judged = judgeEvent(payload.event, {
    shopper: payload.shopper ?? `${ONE_OFF_PREFIX}${crypto.randomUUID()}`,
    receivedAt: payload.received_at,
    sessionId: payload.session_id,
    country: payload.country,
    customEvents: config.events.custom,
  });
  // What the session had seen is not known any more: only what the event names itself counts.
  return judged.ok ? attribute(judged.value, [], 0) : null;
}

/**
 * Judges events again by the configuration of now, as of when they were received, and hands those that are good to the
 * ledger. Doing so twice counts once.
 * @param originals what {@link EventPayload} was sealed from
 * @throws ApiError 503 when a ledger is away: what the others took stays, and replaying again heals it
 */
export async function replayEvents(env: RuntimeEnv, originals: readonly unknown[]): Promise<Record<string, number>> {
  const judged = originals.map((original) => {
    const parsed = eventPayloadSchema.safeParse(original);
    return parsed.success ? judgeAgain(parsed.data) : null;
  });
  const interactions = judged.filter((interaction) => interaction !== null);
  const { appended, duplicates, tooOld, failures } = await appendToLedgers(env, interactions);
  if (failures.size > 0) {
    throw new ApiError(
      "temporarily_unavailable",
      "Some events could not be stored. Replay the file again: each counts once.",
    );
  }
  return {
    replayed: appended,
    duplicates,
    still_invalid: judged.length - interactions.length,
    too_old: tooOld.length,
  };
}
