import { EVENTS_TABLE, eventRow } from "../../domain/lake/events-table.ts";
import { smallFileKey } from "../../domain/lake/lake-keys.ts";
import { ORDERS_TABLE, orderChangeRow } from "../../domain/lake/orders-table.ts";
import { OUTSIDE_DEADLINE_MILLISECONDS } from "../../domain/ledger/limits.ts";
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

/**
 * What has not answered in time has failed. It may still be done: everything here can be done twice.
 * @throws Error when it is late
 */
async function inTime<Value>(what: string, work: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${what} did not answer within ${OUTSIDE_DEADLINE_MILLISECONDS} ms.`;
    timer = setTimeout(() => reject(new Error(message)), OUTSIDE_DEADLINE_MILLISECONDS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** D1, R2 and the other shards, as one shard meets them. */
export function outsideOf(env: RuntimeEnv, shard: number): Omit<FollowUpDeps, "failed"> {
  return {
    addCounters: (sequence, counters) => inTime("D1", addHourlyCounters(env.DB, shard, sequence, counters)),
    async putSegment({ number, hour }, interactions, changes) {
      const pseudonym = pseudonymizer(dataSecretOf(env));
      if (interactions.length > 0) {
        const file = encodeLakeFile(
          EVENTS_TABLE,
          interactions.map((interaction) => eventRow(interaction, pseudonym)),
        );
        await inTime("R2", putLakeFile(env.LAKE, smallFileKey("events", hour, shard, number), file));
      }
      if (changes.length > 0) {
        const file = encodeLakeFile(
          ORDERS_TABLE,
          changes.map((change) => orderChangeRow(change, pseudonym)),
        );
        await inTime("R2", putLakeFile(env.LAKE, smallFileKey("orders", hour, shard, number), file));
      }
    },
    send: async (target, transfers) => {
      const ledger = env.INTERACTION_LEDGER.getByName(ledgerName(target));
      await inTime(`Shard ${target}`, ledger.receive(shard, transfers));
    },
  };
}
