import type { EndcapConfig } from "../../../domain/config/schema.ts";
import { shareOf } from "../../../domain/analytics/freshness-degraded.ts";
import type { Flow } from "../../../domain/analytics/freshness.ts";
import { ENTITIES } from "../../../domain/sync/run.ts";
import { type LastAnswers, readLastAnswers } from "../../../platform/d1/analytics/freshness-answers.ts";
import { readProblems, type StoredProblem } from "../../../platform/d1/analytics/freshness-problems.ts";
import { readWaiting, type WaitingForPeople } from "../../../platform/d1/analytics/freshness-waiting.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import type { QueueBacklog } from "../../../platform/health/queue-backlogs.ts";
import { type Flows, readFlows } from "../../../platform/health/read-flows.ts";
import { isoTime } from "../list.ts";

const PROBLEMS_MAX = 20;
const SECOND_MILLISECONDS = 1_000;

function describeFlow({ flow, newestAt, ageSeconds, objectiveSeconds, met, expected, message }: Flow): object {
  return {
    flow,
    newest_at: isoTime(newestAt),
    age_seconds: ageSeconds,
    objective_seconds: objectiveSeconds,
    met,
    expected,
    message,
  };
}

function describeQueue({ queue, backlog, oldestAt }: QueueBacklog, now: Date): object {
  const oldest = oldestAt === null ? null : Math.max(0, now.getTime() - oldestAt) / SECOND_MILLISECONDS;
  return { queue, backlog, oldest_seconds: oldest };
}

function describeWaiting(waiting: WaitingForPeople, { pauses }: Flows): object {
  const isPaused = new Set<string>([...waiting.pausedBySource, ...(pauses.all ? ENTITIES : pauses.entities)]);
  return {
    dead_letters: waiting.deadLetters,
    quarantined_rows: waiting.quarantinedRows,
    quarantined_events: waiting.quarantinedEvents,
    paused: ENTITIES.filter((entity) => isPaused.has(entity)),
  };
}

function describeAnswers({ hour, reasons }: LastAnswers): object {
  const { answers, degraded, slow, lost } = hour;
  return {
    from: isoTime(hour.hour),
    answers,
    degraded,
    share: shareOf(degraded, answers),
    slow,
    slow_share: shareOf(slow, answers),
    lost,
    reasons,
  };
}

function describeProblem({ at, source, kind, subject, message, announcement_id }: StoredProblem): object {
  return { at: isoTime(at), source, kind, subject, message, expected: announcement_id !== null };
}

/** Shards that cannot do what is due: their error has no time, and is of now. */
function shardProblems({ shards }: Flows): object[] {
  const failing = shards.statuses
    .filter(({ failures }) => failures > 0)
    .map(({ shard, error }) => ({ shard, message: error ?? "It fails." }));
  return [...shards.unreachable, ...failing].map(({ shard, message }) => ({
    at: null,
    source: "ledger",
    kind: null,
    subject: `shard ${shard}`,
    message,
    expected: false,
  }));
}

/** Late when any flow is; else unknown when nobody can tell of one. */
function statusOf({ flows }: Flows): "ok" | "late" | "unknown" {
  if (flows.some(({ met }) => met === false)) return "late";
  return flows.every(({ met }) => met === true) ? "ok" : "unknown";
}

/** How fresh and how healthy everything is, as `GET /v1/analytics/freshness` answers. */
export async function freshnessAnswer(env: RuntimeEnv, config: EndcapConfig, now: Date): Promise<object> {
  const [flows, waiting, answers, problems] = await Promise.all([
    readFlows(env, config, now),
    readWaiting(env.DB, now.getTime()),
    readLastAnswers(env.DB, now.getTime()),
    readProblems(env.DB, now.getTime(), PROBLEMS_MAX),
  ]);
  return {
    status: statusOf(flows),
    flows: flows.flows.map(describeFlow),
    queues: flows.queues.map((queue) => describeQueue(queue, now)),
    waiting: describeWaiting(waiting, flows),
    degraded: describeAnswers(answers),
    problems: [...shardProblems(flows), ...problems.map(describeProblem)].slice(0, PROBLEMS_MAX),
  };
}
