import { lastCompleteSyncAt } from "../../../platform/d1/analytics/complete-sync.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { askShards, oldestOf } from "../../../platform/ledger/shard-statuses.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { SharedWork, type WaitUntil } from "../shared-work.ts";

/** Shards and queues are asked no more often than this. */
const ASK_AGAIN_MILLISECONDS = 5_000;
/** A shard that has not answered by then leaves it open how fresh the numbers are. */
const SHARD_DEADLINE_MILLISECONDS = 2_000;
/**
 * Between a 202 and the shard's journal an event is where nobody can see it: in a batch that fills (6 s at most,
 * wrangler.toml), in a consumer's hands. Numbers are called no fresher than that.
 */
const ON_ITS_WAY_MILLISECONDS = 10_000;

/** How fresh the counters are. Times are milliseconds since 1970 UTC. */
export interface DataTimes {
  /** Everything that was accepted before is counted; null when a shard could not be asked. */
  readonly asOf: number | null;
  /** When the last complete sync began to read the replica; null before the first. */
  readonly ordersAsOf: number | null;
}

let last: (DataTimes & { readonly askedAt: number }) | null = null;
const asking = new SharedWork<DataTimes>();

/** When the oldest event that waits in the queue was sent; null when none waits or the platform does not say. */
async function oldestInQueue({ EVENTS_QUEUE }: RuntimeEnv): Promise<number | null> {
  try {
    const { backlogCount, oldestMessageTimestamp } = await EVENTS_QUEUE.metrics();
    const oldest = oldestMessageTimestamp?.getTime() ?? 0;
    return backlogCount > 0 && oldest > 0 ? oldest : null;
  } catch (error) {
    logger.warn("queue_metrics_unavailable", { queue: "events", message: messageOf(error) });
    return null;
  }
}

async function ask(env: RuntimeEnv, now: number): Promise<DataTimes> {
  const [{ statuses, unreachable }, queued, ordersAsOf] = await Promise.all([
    askShards(env, SHARD_DEADLINE_MILLISECONDS, (ledger) => ledger.status()),
    oldestInQueue(env),
    lastCompleteSyncAt(env.DB),
  ]);
  const oldest = Math.min(now, oldestOf(statuses, "uncounted_since") ?? now, queued ?? now);
  const times = { asOf: unreachable.length > 0 ? null : oldest - ON_ITS_WAY_MILLISECONDS, ordersAsOf };
  last = { ...times, askedAt: now };
  return times;
}

/**
 * How fresh the counters are, as this isolate learnt at most 5 seconds ago. To be asked before the counters are read:
 * what is said to be counted is in what is read afterwards.
 * @param now milliseconds since 1970 UTC
 */
export function dataTimes(env: RuntimeEnv, waitUntil: WaitUntil, now: number): Promise<DataTimes> {
  if (last !== null && now - last.askedAt < ASK_AGAIN_MILLISECONDS) return Promise.resolve(last);
  return asking.run("", waitUntil, now, () => ask(env, now));
}
