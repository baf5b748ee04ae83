import type { Interaction } from "../../domain/events/interaction.ts";
import { groupByLedger } from "../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";

/** What came of offering events to the ledger. */
export interface LedgerOffer {
  /** Ids of the events that the ledger has. */
  readonly confirmed: ReadonlySet<string>;
  /** False when a shard could not be asked: its events are offered again. */
  readonly complete: boolean;
}

async function offerTo(env: RuntimeEnv, name: string, interactions: readonly Interaction[]): Promise<void> {
  const ledger = env.INTERACTION_LEDGER.getByName(name);
  const missing = new Set(await ledger.missing(interactions.map((interaction) => interaction.event_id)));
  if (missing.size === 0) return;
  // The queue usually was here first; what it lost or has not brought yet is sent now, and counts once all the same.
  await ledger.append(interactions.filter((interaction) => missing.has(interaction.event_id)));
}

/** Offers events to the ledger: asks which it lacks, and sends only those. Never throws. */
export async function offerToLedger(env: RuntimeEnv, interactions: readonly Interaction[]): Promise<LedgerOffer> {
  const confirmed = new Set<string>();
  let complete = true;
  const groups = groupByLedger(interactions, Number(env.LEDGER_SHARDS));
  await Promise.all(
    [...groups].map(async ([name, group]) => {
      try {
        await offerTo(env, name, group);
        for (const interaction of group) confirmed.add(interaction.event_id);
      } catch (error) {
        complete = false;
        logger.warn("session_offer_failed", { ledger: name, events: group.length, message: messageOf(error) });
      }
    }),
  );
  return { confirmed, complete };
}
