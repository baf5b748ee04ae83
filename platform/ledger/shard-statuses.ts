import { ledgerName } from "../../domain/ledger/routing.ts";
import type { LedgerStatus } from "../../domain/ledger/status.ts";
import type { RuntimeEnv } from "../env.ts";
import { logger, messageOf } from "../logger.ts";
import { withinMilliseconds } from "../within.ts";

type Ledger = ReturnType<RuntimeEnv["INTERACTION_LEDGER"]["getByName"]>;

/** A shard that could not be asked, and why. */
export interface UnreachableShard {
  readonly shard: number;
  readonly message: string;
}

/** How the shards are, both lists in their order. */
export interface ShardStatuses {
  readonly statuses: readonly LedgerStatus[];
  readonly unreachable: readonly UnreachableShard[];
}

/**
 * Asks every shard, and says which ones could not be asked: the others' answers are worth having without them.
 * @param deadline milliseconds after which a shard is named as one that cannot be reached
 */
export async function askShards(
  env: Pick<RuntimeEnv, "INTERACTION_LEDGER" | "LEDGER_SHARDS">,
  deadline: number,
  ask: (ledger: Ledger) => Promise<LedgerStatus>,
): Promise<ShardStatuses> {
  const statuses: LedgerStatus[] = [];
  const unreachable: UnreachableShard[] = [];
  const shards = Array.from({ length: Number(env.LEDGER_SHARDS) }, (_, shard) => shard);
  await Promise.all(
    shards.map(async (shard) => {
      try {
        statuses.push(await withinMilliseconds(deadline, ask(env.INTERACTION_LEDGER.getByName(ledgerName(shard)))));
      } catch (error) {
        logger.warn("ledger_unreachable", { shard, message: messageOf(error) });
        unreachable.push({ shard, message: messageOf(error) });
      }
    }),
  );
  const byShard = (left: { shard: number }, right: { shard: number }): number => left.shard - right.shard;
  return { statuses: statuses.sort(byShard), unreachable: unreachable.sort(byShard) };
}

/** When the oldest event came that some shard lacks in the counters, or in the lake; null when none is missing. */
export function oldestOf(
  statuses: readonly LedgerStatus[],
  field: "uncounted_since" | "unstored_since",
): number | null {
  const times = statuses.map((status) => status[field]).filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}
