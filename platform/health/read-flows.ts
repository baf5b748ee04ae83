import {
  type Flow,
  type FreshnessFigures,
  judgeFlows,
  type Silence,
  type Waiting,
} from "../../domain/analytics/freshness.ts";
import type { EndcapConfig } from "../../domain/config/schema.ts";
import { lastDue } from "../../domain/exports/schedule.ts";
import { type Announcement, announcementFor } from "../../domain/sync/notices.ts";
import { lastCompleteSyncAt } from "../d1/analytics/complete-sync.ts";
import { readStoredFreshness } from "../d1/analytics/freshness-figures.ts";
import { readAnnouncementsInForce } from "../d1/announcement-store.ts";
import { type Pauses, readPauses } from "../d1/pause-store.ts";
import { readSilences, type Silences } from "../d1/sync-state-store.ts";
import type { RuntimeEnv } from "../env.ts";
import { askShards, oldestOf, type ShardStatuses } from "../ledger/shard-statuses.ts";
import { logger, messageOf } from "../logger.ts";
import { readControl } from "../r2/control-store.ts";
import { withinMilliseconds } from "../within.ts";
import { type QueueBacklog, readBacklogs, saysSince } from "./queue-backlogs.ts";

/** Queues and shards that have not answered by then are left out and named. */
const ANSWER_DEADLINE_MILLISECONDS = 2_000;
const SECOND_MILLISECONDS = 1_000;

/** Names under which it is noted who is silent. */
const MODEL = "model";
const queueName = (queue: string): string => `queue ${queue}`;
const shardName = (shard: number): string => `shard ${shard}`;

/** How every flow is, and what it was judged by. */
export interface Flows {
  readonly flows: readonly Flow[];
  readonly queues: readonly QueueBacklog[];
  readonly shards: ShardStatuses;
  readonly pauses: Pauses;
  /** Who was silent, since when as far as it was noted, and now otherwise. For the watch to note. */
  readonly silences: Silences;
  /** The announcement that explains what is late; null without one. */
  readonly announcementId: string | null;
}

/** The active model; null without one, undefined while the bucket cannot be read: everything else is looked at then too. */
async function activeModel(bucket: R2Bucket): Promise<string | null | undefined> {
  try {
    const read = await withinMilliseconds(ANSWER_DEADLINE_MILLISECONDS, readControl(bucket));
    return read === null || read === "unchanged" ? null : read.control.model.active;
  } catch (error) {
    logger.warn("control_unreadable", { message: messageOf(error) });
    return undefined;
  }
}

async function modelAndStored(env: RuntimeEnv) {
  const active = await activeModel(env.RUNTIME);
  return { isModelKnown: active !== undefined, stored: await readStoredFreshness(env.DB, active ?? null) };
}

/** The outage that is announced, or was until a sync could not yet have made up for it. */
async function announcedOutage(db: D1Database, graceSeconds: number, now: Date): Promise<Announcement | null> {
  const before = new Date(now.getTime() - graceSeconds * SECOND_MILLISECONDS);
  for (const at of [now, before]) {
    const found = announcementFor(await readAnnouncementsInForce(db, at), "outage", null, at);
    if (found !== null) return found;
  }
  return null;
}

/** Asks everybody who knows something of a flow, and compares what they say with the objectives. */
export async function readFlows(env: RuntimeEnv, config: EndcapConfig, now: Date): Promise<Flows> {
  const { objectives } = config.analytics;
  const [{ isModelKnown, stored }, noted, lastSyncAt, pauses, queues, shards, outage] = await Promise.all([
    modelAndStored(env),
    readSilences(env.DB),
    lastCompleteSyncAt(env.DB),
    readPauses(env.DB),
    readBacklogs(env, ANSWER_DEADLINE_MILLISECONDS),
    askShards(env, ANSWER_DEADLINE_MILLISECONDS, (ledger) => ledger.status()),
    announcedOutage(env.DB, objectives.replicaSeconds, now),
  ]);
  const silenceOf = (name: string): Silence => ({ since: noted[name] ?? null });
  const waitingIn = (name: string): Waiting => {
    const queue = queues.find((one) => one.queue === name);
    const isSaid = queue !== undefined && saysSince(queue);
    return { since: queue?.oldestAt ?? null, silence: isSaid ? null : silenceOf(queueName(name)) };
  };
  const silent = [
    ...(isModelKnown ? [] : [MODEL]),
    ...queues.filter((queue) => !saysSince(queue)).map(({ queue }) => queueName(queue)),
    ...shards.unreachable.map(({ shard }) => shardName(shard)),
  ];
  const figures: FreshnessFigures = {
    now: now.getTime(),
    lastSyncAt,
    isSyncPaused: pauses.all,
    model: stored.model,
    modelSilence: isModelKnown ? null : silenceOf(MODEL),
    eventsQueue: waitingIn("events"),
    servedQueue: waitingIn("served"),
    shards: {
      asked: shards.statuses.length + shards.unreachable.length,
      silent: shards.unreachable.map(({ shard }) => silenceOf(shardName(shard))),
    },
    uncountedSince: oldestOf(shards.statuses, "uncounted_since"),
    unstoredSince: oldestOf(shards.statuses, "unstored_since"),
    exports: {
      dueAt: lastDue(config.exports.schedule, now)?.getTime() ?? null,
      lastStartedAt: stored.lastExport?.startedAt ?? null,
      lastAsOf: stored.lastExport?.asOf ?? null,
    },
    isOutageAnnounced: outage !== null,
  };
  return {
    flows: judgeFlows(figures, objectives),
    queues,
    shards,
    pauses,
    silences: Object.fromEntries(silent.map((name) => [name, noted[name] ?? now.getTime()])),
    announcementId: outage?.id ?? null,
  };
}
