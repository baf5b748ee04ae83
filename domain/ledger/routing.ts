import type { Interaction } from "../events/interaction.ts";
import { shardOf } from "../hash.ts";

/** How the one-off id of an event without consent to personalisation begins. */
export const ONE_OFF_PREFIX = "x:";
/** How the id of a user begins who is known to the shop. */
export const USER_PREFIX = "u:";
/** The first text after all that begin with {@link USER_PREFIX}. */
export const AFTER_USERS = "u;";
/** The event by which a session says that an anonymous client has become a user; no caller can send it. */
export const SIGN_IN = "sign_in";

const NAME_PATTERN = /^shard-(\d+)$/;

/** The name of the ledger object that holds a shard. */
export function ledgerName(shard: number): string {
  return `shard-${shard}`;
}

/** The shard whose ledger object has this name. @throws Error for the name of none */
export function shardOfName(name: string | undefined): number {
  const number = NAME_PATTERN.exec(name ?? "")?.[1];
  if (number === undefined) throw new Error(`"${name ?? ""}" is no name of a ledger: ask for ledgerName(shard).`);
  return Number(number);
}

/** The shard of an order, whoever speaks of it. */
export function orderShardOf(transactionId: string, shards: number): number {
  return shardOf(`t:${transactionId}`, shards);
}

/** The order that an event is about, null for an event about none. */
export function transactionOf({ name, params }: Interaction): string | null {
  if (name !== "purchase" && name !== "refund") return null;
  const id = params["transaction_id"];
  return typeof id === "string" ? id : null;
}

/** The anonymous shopper (`c:…`) who signed in by this event, null for another event. */
export function signedInClient({ name, params }: Interaction): string | null {
  const { client } = params;
  return name === SIGN_IN && typeof client === "string" ? client : null;
}

/**
 * The shard to which an event belongs: that of its order; of the client that signed in; else of its shopper, so that one
 * object sees everything that a shopper did. A one-off id is new with every retry, so such an event goes by its own id:
 * the retry must meet the ledger that knows it.
 */
export function ledgerShardOf(interaction: Interaction, shards: number): number {
  const transaction = transactionOf(interaction);
  if (transaction !== null) return orderShardOf(transaction, shards);
  const { shopper, event_id } = interaction;
  const key = signedInClient(interaction) ?? (shopper.startsWith(ONE_OFF_PREFIX) ? event_id : shopper);
  return shardOf(key, shards);
}

/** Interactions by the name of the ledger object to which they belong. */
export function groupByLedger(interactions: readonly Interaction[], shards: number): Map<string, Interaction[]> {
  return Map.groupBy(interactions, (interaction) => ledgerName(ledgerShardOf(interaction, shards)));
}
