import type { Interaction } from "../../domain/events/interaction.ts";
import { groupByLedger } from "../../domain/ledger/routing.ts";
import { interactionPayload } from "../../domain/quarantine/event-payload.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { setAside } from "../../platform/quarantine/set-aside.ts";

/** What came of offering events to the ledger. */
export interface LedgerOffer {
  /** Ids of the events that the ledger has, or will never take and that were set aside. */
  readonly done: ReadonlySet<string>;
  /** False when something failed: the other events are offered again. */
  readonly complete: boolean;
}

/** @returns those that the ledger no longer takes */
async function offerTo(env: RuntimeEnv, name: string, interactions: readonly Interaction[]): Promise<Interaction[]> {
  const ledger = env.INTERACTION_LEDGER.getByName(name);
  const missing = new Set(await ledger.missing(interactions.map((interaction) => interaction.event_id)));
  if (missing.size === 0) return [];
  // The queue usually was here first; what it lost or has not brought yet is sent now, and counts once all the same.
  const lacked = interactions.filter((interaction) => missing.has(interaction.event_id));
  const tooOld = new Set((await ledger.append(lacked)).tooOld);
  return lacked.filter((interaction) => tooOld.has(interaction.event_id));
}

async function setTooOldAside(env: RuntimeEnv, interactions: readonly Interaction[]): Promise<void> {
  const records = interactions.map((interaction) => ({
    reason: "too_old",
    detail: "It was received longer ago than the ledger remembers ids.",
    at: interaction.received_at,
    payload: interactionPayload(interaction),
  }));
  await setAside(env, "events", records);
}

/**
 * Offers events to the ledger: asks which it lacks, and sends only those. What it finds too old is set aside. Never
 * throws.
 */
export async function offerToLedger(env: RuntimeEnv, interactions: readonly Interaction[]): Promise<LedgerOffer> {
  const done = new Set<string>();
  const tooOld: Interaction[] = [];
  let complete = true;
  const groups = groupByLedger(interactions, Number(env.LEDGER_SHARDS));
  await Promise.all(
    [...groups].map(async ([name, group]) => {
      try {
        const refused = new Set(await offerTo(env, name, group));
        tooOld.push(...refused);
        for (const interaction of group) if (!refused.has(interaction)) done.add(interaction.event_id);
      } catch (error) {
        complete = false;
        logger.warn("session_offer_failed", { ledger: name, events: group.length, message: messageOf(error) });
      }
    }),
  );
  if (tooOld.length === 0) return { done, complete };
  try {
    await setTooOldAside(env, tooOld);
    for (const interaction of tooOld) done.add(interaction.event_id);
  } catch (error) {
    complete = false;
    logger.warn("session_set_aside_failed", { events: tooOld.length, message: messageOf(error) });
  }
  return { done, complete };
}
