import config from "#shop-config";

import { retentionBounds } from "../../domain/analytics/retention.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import { EVENTS_TABLE, eventRow } from "../../domain/lake/events-table.ts";
import { smallFileKey } from "../../domain/lake/lake-keys.ts";
import { ORDERS_TABLE, orderChangeRow } from "../../domain/lake/orders-table.ts";
import type { Counters } from "../../domain/ledger/counters.ts";
import type { OrderChange } from "../../domain/ledger/order-change.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import type { WeeklyShoppers } from "../../domain/ledger/visits.ts";
import { addHourlyCounters } from "../../platform/d1/hourly-counter-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { encodeLakeFile } from "../../platform/parquet/encode-lake-file.ts";
import { rememberingPseudonymizer } from "../../platform/pseudonym.ts";
import { putLakeFile } from "../../platform/r2/lake-store.ts";
import type { FollowUpDeps } from "./follow-up.ts";
import type { Transfer } from "./shopper-totals.ts";
import type { SealedSegment } from "./state.ts";

function dataSecretOf(env: RuntimeEnv): string {
  const secret: string | undefined = env.DATA_SECRET;
  if (secret !== undefined) return secret;
  throw new Error(
    "Nothing goes to the lake without pseudonyms: run `wrangler secret put DATA_SECRET --env production`.",
  );
}

/**
 * D1, R2 and the other shards, as one shard meets them. What has not answered in time has failed: one call that never
 * does must not stop the shard. It may still be done, and everything here can be done twice.
 */
export class Outside implements FollowUpDeps {
  readonly #env: RuntimeEnv;
  readonly #shard: number;
  readonly #deadlineMilliseconds: number;
  /** Also those that were given up. */
  readonly #puts = new Set<Promise<unknown>>();

  constructor(env: RuntimeEnv, shard: number, deadlineMilliseconds: number) {
    this.#env = env;
    this.#shard = shard;
    this.#deadlineMilliseconds = deadlineMilliseconds;
  }

  async addCounters(sequence: number, counters: Counters, shoppers: readonly WeeklyShoppers[]): Promise<void> {
    const { itemHours } = retentionBounds(config.analytics, Date.now());
    await this.#inTime("D1", addHourlyCounters(this.#env.DB, this.#shard, sequence, counters, shoppers, itemHours));
  }

  async putSegment(
    { number, hour }: SealedSegment,
    interactions: readonly Interaction[],
    changes: readonly OrderChange[],
  ): Promise<void> {
    const pseudonym = rememberingPseudonymizer(dataSecretOf(this.#env));
    const shard = this.#shard;
    if (interactions.length > 0) {
      const file = encodeLakeFile(
        EVENTS_TABLE,
        interactions.map((interaction) => eventRow(interaction, pseudonym)),
      );
      await this.#put(smallFileKey("events", hour, shard, number), file);
    }
    if (changes.length > 0) {
      const file = encodeLakeFile(
        ORDERS_TABLE,
        changes.map((change) => orderChangeRow(change, pseudonym)),
      );
      await this.#put(smallFileKey("orders", hour, shard, number), file);
    }
  }

  async send(target: number, transfers: readonly Transfer[]): Promise<void> {
    const ledger = this.#env.INTERACTION_LEDGER.getByName(ledgerName(target));
    await this.#inTime(`Shard ${target}`, ledger.receive(this.#shard, transfers));
  }

  /** Settles when nothing is on its way to the lake, not even what was given up. @throws Error when it is late */
  async putsDone(): Promise<void> {
    if (this.#puts.size > 0) await this.#inTime("R2", Promise.allSettled(this.#puts));
  }

  async #put(key: string, file: Parameters<typeof putLakeFile>[2]): Promise<void> {
    const put = putLakeFile(this.#env.LAKE, key, file).finally(() => this.#puts.delete(put));
    this.#puts.add(put);
    // Who gave it up hears no more of it.
    put.catch(() => undefined);
    await this.#inTime("R2", put);
  }

  /** @throws Error when it is late */
  async #inTime<Value>(what: string, work: Promise<Value>): Promise<Value> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `${what} did not answer within ${this.#deadlineMilliseconds} ms.`;
      timer = setTimeout(() => reject(new Error(message)), this.#deadlineMilliseconds);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
