import { lastCompleteSyncAt } from "../../../platform/d1/analytics/complete-sync.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { backlogOf, saysSince } from "../../../platform/health/queue-backlogs.ts";
import { askShards, oldestOf } from "../../../platform/ledger/shard-statuses.ts";
import { SharedWork, type WaitUntil } from "../shared-work.ts";

/** Shards and queues are asked no more often than this. */
const ASK_AGAIN_MILLISECONDS = 5_000;
/** A shard or queue that has not answered by then leaves it open how fresh the numbers are. */
const ANSWER_DEADLINE_MILLISECONDS = 2_000;
/**
 * Between a 202 and the shard's journal an event is where nobody can see it: in a batch that fills (6 s at most,
 * wrangler.toml), in a consumer's hands. Numbers are called no fresher than that.
 */
const ON_ITS_WAY_MILLISECONDS = 10_000;

/** How fresh the counters are. Times are milliseconds since 1970 UTC. */
export interface DataTimes {
  /** Everything that was accepted before is counted; null when a shard or the queue of events did not say. */
  readonly asOf: number | null;
  /** The same of numbers with answers in them, which come through a queue of their own. */
  readonly servedAsOf: number | null;
  /** When the last complete sync began to read the replica; null before the first. */
  readonly ordersAsOf: number | null;
}

let last: (DataTimes & { readonly askedAt: number }) | null = null;
const asking = new SharedWork<DataTimes>();

/** When a queue's oldest message was sent: now when none waits, null when the platform does not say. */
async function oldestIn(name: string, queue: Queue, now: number): Promise<number | null> {
  const backlog = await backlogOf(name, queue, ANSWER_DEADLINE_MILLISECONDS);
  return saysSince(backlog) ? (backlog.oldestAt ?? now) : null;
}

/** The earliest of some times; null when one is not known: then what they are the times of is not known either. */
function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length < times.length ? null : Math.min(...known);
}

async function ask(env: RuntimeEnv, now: number): Promise<DataTimes> {
  const [events, served] = await Promise.all([
    oldestIn("events", env.EVENTS_QUEUE, now),
    oldestIn("served", env.SERVED_QUEUE, now),
  ]);
  // After the queues: an event that leaves them meanwhile is seen twice, and never nowhere.
  const [{ statuses, unreachable }, ordersAsOf] = await Promise.all([
    askShards(env, ANSWER_DEADLINE_MILLISECONDS, (ledger) => ledger.status()),
    lastCompleteSyncAt(env.DB),
  ]);
  const inShards = unreachable.length > 0 ? null : (oldestOf(statuses, "uncounted_since") ?? now);
  const asOfOf = (...times: (number | null)[]): number | null => {
    const oldest = earliest([now, ...times]);
    return oldest === null ? null : oldest - ON_ITS_WAY_MILLISECONDS;
  };
  const times = { asOf: asOfOf(inShards, events), servedAsOf: asOfOf(inShards, events, served), ordersAsOf };
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
