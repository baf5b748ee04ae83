import { DurableObject } from "cloudflare:workers";

import type { Interaction } from "../domain/events/interaction.ts";
import { packByBytes } from "../domain/ledger/packing.ts";
import { type Totals, totalsOf } from "../domain/ledger/totals.ts";
import type { RuntimeEnv } from "../platform/env.ts";
import { migrate } from "./ledger/migrate.ts";
import { LEDGER_MIGRATIONS } from "./ledger/migrations.ts";
import { ADD_TOTALS, INSERT_IDS, INSERT_JOURNAL, SELECT_MISSING, SELECT_TOTALS } from "./ledger/statements.ts";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** A text that SQLite takes or keeps ends at 2 MB: lists travel in packs. */
const PACK_MAX_BYTES = 1_000_000;

/**
 * One shard of what all shoppers did (routing: domain/ledger/routing.ts). Delivery is at least once, appending is
 * idempotent: together, each event counts exactly once.
 */
export class InteractionLedger extends DurableObject<RuntimeEnv> {
  readonly #storage: DurableObjectStorage;

  constructor(state: DurableObjectState, env: RuntimeEnv) {
    super(state, env);
    this.#storage = state.storage;
    // Synchronous: no call is taken before it is through.
    migrate(this.#storage, LEDGER_MIGRATIONS);
  }

  /**
   * Takes those of `interactions` that are new: their ids, what they add to the totals, and a journal row per pack, in
   * one transaction. What came before is left out; so a redelivery, whole or in part, changes nothing.
   */
  append(interactions: readonly Interaction[]): { appended: number; duplicates: number } {
    const appended = this.#storage.transactionSync(() => {
      let appended = 0;
      for (const pack of packByBytes(interactions, PACK_MAX_BYTES)) appended += this.#appendPack(pack);
      return appended;
    });
    return { appended, duplicates: interactions.length - appended };
  }

  /** Those of `eventIds` that were never appended here. */
  missing(eventIds: readonly string[]): string[] {
    return packByBytes(eventIds, PACK_MAX_BYTES).flatMap((pack) =>
      this.#storage.sql
        .exec<{ event_id: string }>(SELECT_MISSING, JSON.stringify(pack))
        .toArray()
        .map((row) => row.event_id),
    );
  }

  /** What a shopper of this shard has done so far, by item. */
  totals(shopper: string): Totals[] {
    return this.#storage.sql.exec<Totals & Record<string, SqlStorageValue>>(SELECT_TOTALS, shopper).toArray();
  }

  #appendPack(pack: readonly Interaction[]): number {
    const { sql } = this.#storage;
    const ids = pack.map(({ event_id, received_at }) => [event_id, Math.floor(received_at / DAY_MILLISECONDS)]);
    const unseen = new Set(
      sql
        .exec<{ event_id: string }>(INSERT_IDS, JSON.stringify(ids))
        .toArray()
        .map((row) => row.event_id),
    );
    // `delete` tells the first of an id from its repetition in the same pack.
    const fresh = pack.filter((interaction) => unseen.delete(interaction.event_id));
    if (fresh.length === 0) return 0;
    for (const totals of packByBytes(totalsOf(fresh), PACK_MAX_BYTES)) sql.exec(ADD_TOTALS, JSON.stringify(totals));
    sql.exec(INSERT_JOURNAL, fresh.length, JSON.stringify(fresh));
    return fresh.length;
  }
}
