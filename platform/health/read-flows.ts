import { type Flow, type FreshnessFigures, judgeFlows } from "../../domain/analytics/freshness.ts";
import type { EndcapConfig } from "../../domain/config/schema.ts";
import { lastDue } from "../../domain/exports/schedule.ts";
import { type Announcement, announcementFor } from "../../domain/sync/notices.ts";
import { lastCompleteSyncAt } from "../d1/analytics/complete-sync.ts";
import { readStoredFreshness } from "../d1/analytics/freshness-figures.ts";
import { readAnnouncementsInForce } from "../d1/announcement-store.ts";
import { type Pauses, readPauses } from "../d1/pause-store.ts";
import type { RuntimeEnv } from "../env.ts";
import { askShards, oldestOf, type ShardStatuses } from "../ledger/shard-statuses.ts";
import { readControl } from "../r2/control-store.ts";
import { type QueueBacklog, readBacklogs } from "./queue-backlogs.ts";

/** Queues and shards that have not answered by then are left out and named. */
const ANSWER_DEADLINE_MILLISECONDS = 2_000;
const SECOND_MILLISECONDS = 1_000;

/** How every flow is, and what it was judged by. */
export interface Flows {
  readonly flows: readonly Flow[];
  readonly queues: readonly QueueBacklog[];
  readonly shards: ShardStatuses;
  readonly pauses: Pauses;
  /** The announcement that explains what is late; null without one. */
  readonly announcementId: string | null;
}

async function activeModel(bucket: R2Bucket): Promise<string | null> {
  const read = await readControl(bucket);
  return read === null || read === "unchanged" ? null : read.control.model.active;
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
  const [stored, lastSyncAt, pauses, queues, shards, outage] = await Promise.all([
    activeModel(env.RUNTIME).then((active) => readStoredFreshness(env.DB, active)),
    lastCompleteSyncAt(env.DB),
    readPauses(env.DB),
    readBacklogs(env, ANSWER_DEADLINE_MILLISECONDS),
    askShards(env, ANSWER_DEADLINE_MILLISECONDS, (ledger) => ledger.status()),
    announcedOutage(env.DB, objectives.replicaSeconds, now),
  ]);
  const events = queues.find(({ queue }) => queue === "events");
  const figures: FreshnessFigures = {
    now: now.getTime(),
    lastSyncAt,
    isSyncPaused: pauses.all,
    model: stored.model,
    eventsQueue: {
      isKnown: events !== undefined && (events.backlog === 0 || events.oldestAt !== null),
      since: events?.oldestAt ?? null,
    },
    shards: { asked: shards.statuses.length + shards.unreachable.length, unreachable: shards.unreachable.length },
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
    announcementId: outage?.id ?? null,
  };
}
