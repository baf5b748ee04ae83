import type { Interaction } from "../../domain/events/interaction.ts";
import { EVENT_ID_WINDOW_MILLISECONDS, PACK_MAX_BYTES } from "../../domain/ledger/limits.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { signedInClient } from "../../domain/ledger/routing.ts";
import { totalsOf } from "../../domain/ledger/totals.ts";
import type { ErasedShoppers } from "./erased-shoppers.ts";
import type { EventIds } from "./event-ids.ts";
import type { Journal } from "./journal.ts";
import type { OrderBook } from "./order-book.ts";
import type { ShopperTotals, TotalsEntry } from "./shopper-totals.ts";
import type { Visits } from "./visits.ts";

/** What an append came to. */
export interface AppendOutcome {
  /** Events that were new. */
  readonly appended: number;
  readonly duplicates: number;
  /** Ids of events that were not taken: we received them so long ago that their ids may have been forgotten. */
  readonly tooOld: readonly string[];
}

interface Parts {
  readonly shard: number;
  readonly ids: EventIds;
  readonly totals: ShopperTotals;
  readonly orders: OrderBook;
  readonly journal: Journal;
  readonly visits: Visits;
  readonly erased: ErasedShoppers;
}

/** Behaviour by the time at which we received it: that says whose it is when the shopper is a client who signs in. */
function behaviourOf(interactions: readonly Interaction[]): TotalsEntry[] {
  return [...Map.groupBy(interactions, (interaction) => interaction.received_at)].flatMap(([as_of, some]) =>
    totalsOf(some).map((totals) => ({ as_of, totals })),
  );
}

/** What one call brings into a shard. Runs inside the caller's transaction. */
export class Appender {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param now milliseconds since 1970 UTC */
  append(interactions: readonly Interaction[], now: number): AppendOutcome {
    const oldest = now - EVENT_ID_WINDOW_MILLISECONDS;
    const tooOld = interactions.filter((interaction) => interaction.received_at < oldest);
    const young = tooOld.length === 0 ? interactions : interactions.filter((one) => one.received_at >= oldest);
    let appended = 0;
    for (const pack of packByBytes(young, PACK_MAX_BYTES)) appended += this.#appendPack(pack, now);
    return {
      appended,
      duplicates: young.length - appended,
      tooOld: tooOld.map((interaction) => interaction.event_id),
    };
  }

  /** @param now milliseconds since 1970 UTC */
  appendOrders(orders: readonly ReplicaOrder[], now: number): void {
    const { shard, orders: book, totals, journal, erased } = this.#parts;
    for (const pack of packByBytes(orders, PACK_MAX_BYTES)) {
      const { changes, entries } = book.bookOrders(pack, { shard, sequence: journal.next, now });
      totals.deliver(entries, now);
      if (changes.length > 0) journal.append([], erased.withoutChanges(changes), now);
    }
  }

  #appendPack(pack: readonly Interaction[], now: number): number {
    const { shard, ids, orders, totals, journal, visits, erased } = this.#parts;
    const unseen = ids.insert(pack.map((interaction) => interaction.event_id));
    // `delete` tells the first of an id from its repetition in the same pack.
    const fresh = erased.withoutEvents(pack.filter((interaction) => unseen.delete(interaction.event_id)));
    if (fresh.length === 0) return 0;
    const { changes, entries } = orders.bookEvents(fresh, { shard, sequence: journal.next, now });
    totals.deliver([...behaviourOf(fresh), ...entries], now);
    for (const interaction of fresh) {
      const client = signedInClient(interaction);
      if (client === null) continue;
      totals.signIn(client, interaction.shopper, interaction.received_at, now);
      visits.forget(client);
    }
    journal.append(fresh, erased.withoutChanges(changes), now);
    return fresh.length;
  }
}
