import type { Interaction } from "../events/interaction.ts";
import { shardOf } from "../hash.ts";

/** How the one-off id of an event without consent to personalisation begins. */
export const ONE_OFF_PREFIX = "x:";

/** The name of the ledger object that holds a shard. */
export function ledgerName(shard: number): string {
  return `shard-${shard}`;
}

/**
 * The shard to which an event belongs: its shopper's, so that one object sees everything that a shopper did. A one-off
 * id is new with every retry, so such an event goes by its own id: the retry must meet the ledger that knows it.
 */
export function ledgerShardOf(interaction: Interaction, shards: number): number {
  return shardOf(interaction.shopper.startsWith(ONE_OFF_PREFIX) ? interaction.event_id : interaction.shopper, shards);
}

/** Interactions by the name of the ledger object to which they belong. */
export function groupByLedger(interactions: readonly Interaction[], shards: number): Map<string, Interaction[]> {
  return Map.groupBy(interactions, (interaction) => ledgerName(ledgerShardOf(interaction, shards)));
}
