import { EVENTS_TABLE, eventRow } from "../../domain/lake/events-table.ts";
import { smallFileKey } from "../../domain/lake/lake-keys.ts";
import { ORDERS_TABLE, orderChangeRow } from "../../domain/lake/orders-table.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import { addHourlyCounters } from "../../platform/d1/hourly-counter-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { encodeLakeFile } from "../../platform/parquet/encode-lake-file.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { putLakeFile } from "../../platform/r2/lake-store.ts";
import type { FollowUpDeps } from "./follow-up.ts";

function dataSecretOf(env: RuntimeEnv): string {
  const secret: string | undefined = env.DATA_SECRET;
  if (secret !== undefined) return secret;
  throw new Error(
    "Nothing goes to the lake without pseudonyms: run `wrangler secret put DATA_SECRET --env production`.",
  );
}

/** D1, R2 and the other shards, as one shard meets them. */
export function outsideOf(env: RuntimeEnv, shard: number): Omit<FollowUpDeps, "failed"> {
  return {
    addCounters: (sequence, counters) => addHourlyCounters(env.DB, shard, sequence, counters),
    async putSegment({ number, hour }, interactions, changes) {
      const pseudonym = pseudonymizer(dataSecretOf(env));
      if (interactions.length > 0) {
        const file = encodeLakeFile(
          EVENTS_TABLE,
          interactions.map((interaction) => eventRow(interaction, pseudonym)),
        );
        await putLakeFile(env.LAKE, smallFileKey("events", hour, shard, number), file);
      }
      if (changes.length > 0) {
        const file = encodeLakeFile(
          ORDERS_TABLE,
          changes.map((change) => orderChangeRow(change, pseudonym)),
        );
        await putLakeFile(env.LAKE, smallFileKey("orders", hour, shard, number), file);
      }
    },
    send: async (target, transfers) => {
      await env.INTERACTION_LEDGER.getByName(ledgerName(target)).receive(shard, transfers);
    },
  };
}
