import type { EndcapConfig } from "../config/schema.ts";
import { durationInWords } from "../notices/duration.ts";

/** The flows that have an objective, in the order in which they are told. */
export const FLOWS = [
  "replica_to_d1",
  "d1_to_vectors",
  "event_to_session",
  "event_to_rollup",
  "event_to_lake",
  "export",
  "model",
] as const;
export type FlowName = (typeof FLOWS)[number];
export type Objectives = EndcapConfig["analytics"]["objectives"];

/** What a shard or queue says of its oldest fact that has not arrived. */
export interface Waiting {
  /** False when nobody could be asked. */
  readonly isKnown: boolean;
  /** Since when the oldest one waits; null when nothing does. */
  readonly since: number | null;
}

/** What the rule looks at. Times are milliseconds since 1970 UTC. */
export interface FreshnessFigures {
  readonly now: number;
  /** Beginning of the last complete sync; null before the first. */
  readonly lastSyncAt: number | null;
  /** True while somebody has paused the sync as a whole. */
  readonly isSyncPaused: boolean;
  /** The active model; null without one. */
  readonly model: {
    readonly version: string;
    readonly publishedAt: number;
    /** Beginning of the run through which its index has every item; null for a run that is not known any more. */
    readonly indexedAt: number | null;
    /** Beginning of the oldest run that wrote an item which it lacks; null when it has all. */
    readonly unindexedSince: number | null;
  } | null;
  readonly eventsQueue: Waiting;
  /** Shards that were asked, and that did not answer. */
  readonly shards: { readonly asked: number; readonly unreachable: number };
  readonly uncountedSince: number | null;
  readonly unstoredSince: number | null;
  readonly exports: {
    /** When one was due last; null when none ever is. */
    readonly dueAt: number | null;
    /** Beginning of the last complete one, and what it is as of; null before the first. */
    readonly lastStartedAt: number | null;
    readonly lastAsOf: number | null;
  };
  /** True while an outage of the whole source is announced, or was a short while ago. */
  readonly isOutageAnnounced: boolean;
}

/** How a flow is. */
export interface Flow {
  readonly flow: FlowName;
  /** Up to when everything has arrived, milliseconds since 1970 UTC; null before the first, or where nobody says. */
  readonly newestAt: number | null;
  /** Null before the first of its kind, or where nobody says. */
  readonly ageSeconds: number | null;
  /** Null where there is none. */
  readonly objectiveSeconds: number | null;
  readonly met: boolean;
  /** Late, and an announcement explains it. */
  readonly expected: boolean;
  /** For people: what is so, and for a late flow what to do. */
  readonly message: string;
}

const SECOND_MILLISECONDS = 1_000;
const DAY_SECONDS = 24 * 60 * 60;

/** What is said of a flow: without an age, in time, late. `age` is in words. */
interface Sentences {
  readonly unknown: string;
  readonly inTime: (age: string) => string;
  readonly late: (age: string) => string;
}

interface Measured {
  readonly flow: FlowName;
  readonly newestAt: number | null;
  /** Since when the flow is as old as it is; null without an age. */
  readonly since: number | null;
  readonly objectiveSeconds: number | null;
  /** True where an outage of the source makes it late. */
  readonly needsSource?: boolean;
  /** True where nobody knows, and somebody should. */
  readonly isBlind?: boolean;
  readonly sentences: Sentences;
}

function judge(measured: Measured, { now, isOutageAnnounced }: FreshnessFigures): Flow {
  const { flow, newestAt, since, objectiveSeconds, sentences } = measured;
  const age = since === null ? null : Math.max(0, now - since);
  const ageSeconds = age === null ? null : age / SECOND_MILLISECONDS;
  const isLate = ageSeconds !== null && objectiveSeconds !== null && ageSeconds > objectiveSeconds;
  const met = !isLate && measured.isBlind !== true;
  const words = durationInWords(age ?? 0);
  const message = age === null ? sentences.unknown : (isLate ? sentences.late : sentences.inTime)(words);
  const expected = !met && measured.needsSource === true && isOutageAnnounced;
  return { flow, newestAt, ageSeconds, objectiveSeconds, met, expected, message };
}

function replicaFlow({ lastSyncAt, isSyncPaused }: FreshnessFigures, objectives: Objectives): Measured {
  const toDo = isSyncPaused
    ? "The sync is paused: let it go on with `endcap sync resume`."
    : "Look at the last runs (`endcap sync list`) and at what is open about the source.";
  return {
    flow: "replica_to_d1",
    newestAt: lastSyncAt,
    since: lastSyncAt,
    objectiveSeconds: objectives.replicaSeconds,
    needsSource: true,
    sentences: {
      unknown: "No sync has been complete yet.",
      inTime: (age) => `The last complete sync began ${age} ago.`,
      late: (age) => `The last complete sync began ${age} ago. ${toDo}`,
    },
  };
}

function vectorsFlow({ now, model }: FreshnessFigures, objectives: Objectives): Measured {
  const index = `the index of the active model ${model?.version ?? ""}`;
  return {
    flow: "d1_to_vectors",
    newestAt: model?.unindexedSince ?? model?.indexedAt ?? null,
    since: model === null ? null : (model.unindexedSince ?? now),
    objectiveSeconds: objectives.vectorsSeconds,
    needsSource: true,
    sentences: {
      unknown: "No model is active.",
      inTime: (age) =>
        model?.unindexedSince === null
          ? `Every item is in ${index}.`
          : `Items that changed ${age} ago are on their way to ${index}.`,
      late: (age) =>
        `Items that changed ${age} ago are not in ${index}. Vectors follow a sync: look at the last run (\`endcap sync show\`).`,
    },
  };
}

/** Where an event waits that has not arrived somewhere: in the queue first, then in its shard. */
function oldest(queue: Waiting, inShards: number | null): number | null {
  const times = [queue.since, inShards].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

function sessionFlow({ now, eventsQueue }: FreshnessFigures, objectives: Objectives): Measured {
  const since = eventsQueue.isKnown ? (eventsQueue.since ?? now) : null;
  return {
    flow: "event_to_session",
    newestAt: since,
    since,
    objectiveSeconds: objectives.sessionSeconds,
    sentences: {
      unknown: "The platform does not say how long events have been in the queue.",
      inTime: (age) =>
        eventsQueue.since === null ? "No event is in the queue." : `The oldest event in the queue came ${age} ago.`,
      late: (age) =>
        `Events have been in the queue \`events\` for ${age}. Look for \`ledger_append_failed\` in the log, and at the shards (\`GET /v1/ledger\`).`,
    },
  };
}

function shardFlow(
  figures: FreshnessFigures,
  flow: "event_to_rollup" | "event_to_lake",
  place: string,
  inShards: number | null,
  objectiveSeconds: number,
): Measured {
  const { now, eventsQueue, shards } = figures;
  const waiting = oldest(eventsQueue, inShards);
  const isBlind = shards.asked > 0 && shards.unreachable === shards.asked;
  const since = isBlind ? null : (waiting ?? now);
  const silent = shards.unreachable === 0 ? "" : ` ${shards.unreachable} of ${shards.asked} shards did not answer.`;
  const toDo = "Look at the shards' errors (`GET /v1/ledger`): nothing is lost, they try again.";
  return {
    flow,
    newestAt: since,
    since,
    objectiveSeconds,
    isBlind,
    sentences: {
      unknown: `No shard of the ledger answered, so nobody knows what ${place}. ${toDo}`,
      inTime: (age) =>
        waiting === null
          ? `Nothing is missing in what ${place}.${silent}`
          : `The oldest event that is missing in what ${place} came ${age} ago.${silent}`,
      late: (age) => `Events of ${age} ago are missing in what ${place}.${silent} ${toDo}`,
    },
  };
}

function exportFlow({ now, exports }: FreshnessFigures, objectives: Objectives): Measured {
  const { dueAt, lastStartedAt, lastAsOf } = exports;
  const isDone = dueAt === null || (lastStartedAt !== null && lastStartedAt >= dueAt);
  return {
    flow: "export",
    newestAt: lastAsOf,
    since: lastStartedAt === null ? null : isDone ? now : dueAt,
    objectiveSeconds: dueAt === null ? null : objectives.exportSeconds,
    needsSource: true,
    sentences: {
      unknown: "No export has been complete yet.",
      inTime: (age) => (isDone ? "No export is due." : `An export has been due for ${age}.`),
      late: (age) =>
        `An export has been due for ${age}, and none was complete since. Look at \`endcap exports list\`; make one with \`endcap exports create\`.`,
    },
  };
}

function modelFlow({ model }: FreshnessFigures, { modelDays }: Objectives): Measured {
  const name = `The active model ${model?.version ?? ""}`;
  return {
    flow: "model",
    newestAt: model?.publishedAt ?? null,
    since: model?.publishedAt ?? null,
    objectiveSeconds: modelDays === undefined ? null : modelDays * DAY_SECONDS,
    sentences: {
      unknown: "No model is active.",
      inTime: (age) => `${name} was published ${age} ago.`,
      late: (age) => `${name} was published ${age} ago. Train a newer one and publish it (\`endcap train\`).`,
    },
  };
}

/** How every flow is, in the order of {@link FLOWS}. What never ran is not late. */
export function judgeFlows(figures: FreshnessFigures, objectives: Objectives): Flow[] {
  const { uncountedSince, unstoredSince } = figures;
  const measured = [
    replicaFlow(figures, objectives),
    vectorsFlow(figures, objectives),
    sessionFlow(figures, objectives),
    shardFlow(figures, "event_to_rollup", "the counters hold", uncountedSince, objectives.rollupSeconds),
    shardFlow(figures, "event_to_lake", "the lake holds", unstoredSince, objectives.lakeSeconds),
    exportFlow(figures, objectives),
    modelFlow(figures, objectives),
  ];
  return measured.map((one) => judge(one, figures));
}
