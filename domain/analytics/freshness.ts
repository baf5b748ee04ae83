import type { EndcapConfig } from "../config/schema.ts";
import { durationInWords } from "../notices/duration.ts";

/** The flows that have an objective, in the order in which they are told. */
export const FLOWS = [
  "replica_to_d1",
  "d1_to_vectors",
  "event_to_session",
  "event_to_rollup",
  "event_to_lake",
  "served_to_rollup",
  "export",
  "model",
] as const;
export type FlowName = (typeof FLOWS)[number];
export type Objectives = EndcapConfig["analytics"]["objectives"];

/** Something that was asked and said nothing. */
export interface Silence {
  /** Since when, milliseconds since 1970 UTC; null when nobody has noted it before. */
  readonly since: number | null;
}

/** What a queue says of its oldest message. */
export interface Waiting {
  /** Since when the oldest one waits; null when nothing does, or where the queue does not say. */
  readonly since: number | null;
  /** Null for a queue that says. */
  readonly silence: Silence | null;
}

/** What the rule looks at. Times are milliseconds since 1970 UTC. */
export interface FreshnessFigures {
  readonly now: number;
  /** Beginning of the last complete sync; null before the first. */
  readonly lastSyncAt: number | null;
  /** True while somebody has paused the sync as a whole. */
  readonly isSyncPaused: boolean;
  /** Set while nobody can say which model is active. */
  readonly modelSilence: Silence | null;
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
  readonly servedQueue: Waiting;
  /** Shards that were asked, and those that did not answer. */
  readonly shards: { readonly asked: number; readonly silent: readonly Silence[] };
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
  /** Up to when everything has arrived, milliseconds since 1970 UTC; null before the first, or where somebody is silent. */
  readonly newestAt: number | null;
  /** Null before the first of its kind, and where somebody is silent, unless what the others say is late already. */
  readonly ageSeconds: number | null;
  /** Null where there is none. */
  readonly objectiveSeconds: number | null;
  /** False also when somebody has been silent for longer than the objective; null when for less, or nobody noted it. */
  readonly met: boolean | null;
  /** Late, and an announcement explains it. */
  readonly expected: boolean;
  /** For people: what is so, and for a late flow what to do. */
  readonly message: string;
}

const SECOND_MILLISECONDS = 1_000;
const DAY_SECONDS = 24 * 60 * 60;

/** What is said of a flow: before the first, while somebody is silent, in time, late. Ages are in words. */
interface Sentences {
  readonly unknown: string;
  /** @param howLong `for 5 minutes`; empty when nobody noted it. */
  readonly silent?: (howLong: string) => string;
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
  /** Those who should know more of it, and said nothing. */
  readonly silences?: readonly Silence[];
  readonly sentences: Sentences;
}

/** How long somebody has been silent, milliseconds, of those who are the longest; null when nobody noted it. */
function longestSilence(silences: readonly Silence[], now: number): number | null {
  const times = silences.map(({ since }) => since).filter((since) => since !== null);
  return times.length === 0 ? null : Math.max(0, now - Math.min(...times));
}

function judge(measured: Measured, { now, isOutageAnnounced }: FreshnessFigures): Flow {
  const { flow, newestAt, since, objectiveSeconds, sentences, silences = [] } = measured;
  const isLateAt = (age: number | null): boolean =>
    age !== null && objectiveSeconds !== null && age > objectiveSeconds * SECOND_MILLISECONDS;
  const age = since === null ? null : Math.max(0, now - since);
  const isLate = isLateAt(age);
  const needsSource = measured.needsSource === true;
  if (silences.length > 0 && !isLate) {
    // What the others say is in time; what these would say may be late.
    const silence = longestSilence(silences, now);
    const met = isLateAt(silence) ? false : null;
    const message = sentences.silent?.(silence === null ? "" : ` for ${durationInWords(silence)}`) ?? sentences.unknown;
    return { flow, newestAt: null, ageSeconds: null, objectiveSeconds, met, expected: false, message };
  }
  const message = age === null ? sentences.unknown : (isLate ? sentences.late : sentences.inTime)(durationInWords(age));
  return {
    flow,
    newestAt: silences.length > 0 ? null : newestAt,
    ageSeconds: age === null ? null : age / SECOND_MILLISECONDS,
    objectiveSeconds,
    met: !isLate,
    expected: isLate && needsSource && isOutageAnnounced,
    message,
  };
}

/** Of flows that cannot be told without the active model. */
const modelSilent = (howLong: string): string =>
  `Nobody could say${howLong} which model is active: \`control.json\` in the bucket RUNTIME cannot be read. Look for \`control_unreadable\` in the log.`;

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

function vectorsFlow({ now, model, modelSilence }: FreshnessFigures, objectives: Objectives): Measured {
  const index = `the index of the active model ${model?.version ?? ""}`;
  return {
    flow: "d1_to_vectors",
    newestAt: model?.unindexedSince ?? model?.indexedAt ?? null,
    since: model === null ? null : (model.unindexedSince ?? now),
    objectiveSeconds: objectives.vectorsSeconds,
    needsSource: true,
    silences: modelSilence === null ? [] : [modelSilence],
    sentences: {
      unknown: "No model is active.",
      silent: modelSilent,
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

/** What a flow is called that ends where a queue's consumer takes the message. */
interface QueueFlow {
  readonly flow: "event_to_session" | "served_to_rollup";
  readonly queue: "events" | "served";
  /** What its messages are about: `Events`. */
  readonly what: string;
  readonly toDo: string;
}

const SESSION_FLOW: QueueFlow = {
  flow: "event_to_session",
  queue: "events",
  what: "Events",
  toDo: "Look for `ledger_append_failed` in the log, and at the shards (`GET /v1/ledger`).",
};
const SERVED_FLOW: QueueFlow = {
  flow: "served_to_rollup",
  queue: "served",
  what: "Answers",
  toDo: "They are missing in what recommendations earn. Look for errors of the queue's consumer in the log.",
};

const silentQueue = (queue: string, howLong: string): string =>
  `The queue \`${queue}\` does not say${howLong} since when its oldest message waits.`;

function queueFlow(
  { flow, queue, what, toDo }: QueueFlow,
  { since, silence }: Waiting,
  now: number,
  objectiveSeconds: number,
): Measured {
  const newestAt = silence === null ? (since ?? now) : null;
  return {
    flow,
    newestAt,
    since: newestAt,
    objectiveSeconds,
    silences: silence === null ? [] : [silence],
    sentences: {
      unknown: silentQueue(queue, ""),
      silent: (howLong) => `${silentQueue(queue, howLong)} Look for \`queue_metrics_failed\` in the log.`,
      inTime: (age) =>
        since === null ? `Nothing is in the queue \`${queue}\`.` : `The oldest message in the queue came ${age} ago.`,
      late: (age) => `${what} have been in the queue \`${queue}\` for ${age}. ${toDo}`,
    },
  };
}

/** Who said nothing of a flow through the shards: ``2 of 16 shards and the queue `events` ``. */
function silentOnes({ eventsQueue, shards }: FreshnessFigures): string {
  const ones = [
    ...(shards.silent.length === 0 ? [] : [`${shards.silent.length} of ${shards.asked} shards`]),
    ...(eventsQueue.silence === null ? [] : ["the queue `events`"]),
  ];
  return ones.join(" and ");
}

function shardFlow(
  figures: FreshnessFigures,
  flow: "event_to_rollup" | "event_to_lake",
  place: string,
  inShards: number | null,
  objectiveSeconds: number,
): Measured {
  const { now, eventsQueue, shards } = figures;
  const silences = [...shards.silent, ...(eventsQueue.silence === null ? [] : [eventsQueue.silence])];
  const waiting = oldest(eventsQueue, inShards);
  // Where nothing waits that anybody knows of, those who are silent leave it open whether something does.
  const since = waiting ?? (silences.length > 0 ? null : now);
  const toDo = "Look at the shards' errors (`GET /v1/ledger`): nothing is lost, they try again.";
  const silent = silences.length === 0 ? "" : ` There may be older ones: no answer from ${silentOnes(figures)}.`;
  return {
    flow,
    newestAt: since,
    since,
    objectiveSeconds,
    silences,
    sentences: {
      unknown: `Nobody knows what ${place}. ${toDo}`,
      silent: (howLong) => `No answer${howLong} from ${silentOnes(figures)}, so nobody knows what ${place}. ${toDo}`,
      inTime: (age) =>
        waiting === null
          ? `Nothing is missing in what ${place}.`
          : `The oldest event that is missing in what ${place} came ${age} ago.`,
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

function modelFlow({ model, modelSilence }: FreshnessFigures, { modelDays }: Objectives): Measured {
  const name = `The active model ${model?.version ?? ""}`;
  return {
    flow: "model",
    newestAt: model?.publishedAt ?? null,
    since: model?.publishedAt ?? null,
    objectiveSeconds: modelDays === undefined ? null : modelDays * DAY_SECONDS,
    silences: modelSilence === null ? [] : [modelSilence],
    sentences: {
      unknown: "No model is active.",
      silent: modelSilent,
      inTime: (age) => `${name} was published ${age} ago.`,
      late: (age) => `${name} was published ${age} ago. Train a newer one and publish it (\`endcap train\`).`,
    },
  };
}

/** How every flow is, in the order of {@link FLOWS}. What never ran is not late; what nobody can tell is neither. */
export function judgeFlows(figures: FreshnessFigures, objectives: Objectives): Flow[] {
  const { now, eventsQueue, servedQueue, uncountedSince, unstoredSince } = figures;
  const measured = [
    replicaFlow(figures, objectives),
    vectorsFlow(figures, objectives),
    queueFlow(SESSION_FLOW, eventsQueue, now, objectives.sessionSeconds),
    shardFlow(figures, "event_to_rollup", "the counters hold", uncountedSince, objectives.rollupSeconds),
    shardFlow(figures, "event_to_lake", "the lake holds", unstoredSince, objectives.lakeSeconds),
    queueFlow(SERVED_FLOW, servedQueue, now, objectives.rollupSeconds),
    exportFlow(figures, objectives),
    modelFlow(figures, objectives),
  ];
  return measured.map((one) => judge(one, figures));
}
