import { expect, it } from "vitest";

import { type FlowName, FLOWS, type FreshnessFigures, judgeFlows } from "../../../domain/analytics/freshness.ts";
import {
  type AnsweredHour,
  DEGRADED_ANSWERS_MIN,
  degradedSentence,
  judgeAnswers,
  shareOf,
  tellingHour,
} from "../../../domain/analytics/freshness-degraded.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const ago = (seconds: number): number => NOW - seconds * 1_000;
const OBJECTIVES = {
  replicaSeconds: 900,
  vectorsSeconds: 1_800,
  sessionSeconds: 120,
  rollupSeconds: 120,
  lakeSeconds: 600,
  exportSeconds: 21_600,
  degradedShare: 0.05,
};
/** A deployment on its first day: nothing has run, nothing waits. */
const NEW: FreshnessFigures = {
  now: NOW,
  lastSyncAt: null,
  isSyncPaused: false,
  modelSilence: null,
  model: null,
  eventsQueue: { since: null, silence: null },
  servedQueue: { since: null, silence: null },
  shards: { asked: 16, silent: [] },
  uncountedSince: null,
  unstoredSince: null,
  exports: { dueAt: ago(1_000_000), lastStartedAt: null, lastAsOf: null },
  isOutageAnnounced: false,
};
const model = { version: "m-1", publishedAt: ago(86_400), indexedAt: ago(300), unindexedSince: null };

function flowOf(flow: FlowName, figures: Partial<FreshnessFigures>, objectives: object = {}) {
  const found = judgeFlows({ ...NEW, ...figures }, { ...OBJECTIVES, ...objectives }).find((one) => one.flow === flow);
  if (found === undefined) throw new Error(`There is no flow ${flow}.`);
  return found;
}

it("calls nothing late that has never run", () => {
  const flows = judgeFlows(NEW, OBJECTIVES);
  expect(flows.map(({ flow }) => flow)).toEqual(FLOWS);
  expect(flows.every(({ met }) => met)).toBe(true);
  expect(flows.map(({ ageSeconds }) => ageSeconds)).toEqual([null, null, 0, 0, 0, 0, null, null]);
});

it.each<[FlowName, string, Partial<FreshnessFigures>, number, boolean]>([
  ["replica_to_d1", "was synced in time", { lastSyncAt: ago(900) }, 900, true],
  ["replica_to_d1", "was synced too long ago", { lastSyncAt: ago(901) }, 901, false],
  ["d1_to_vectors", "has every item in the index", { model }, 0, true],
  ["d1_to_vectors", "waits in time", { model: { ...model, unindexedSince: ago(1_800) } }, 1_800, true],
  ["d1_to_vectors", "waits too long", { model: { ...model, unindexedSince: ago(1_801) } }, 1_801, false],
  ["event_to_session", "waits in time", { eventsQueue: { since: ago(120), silence: null } }, 120, true],
  ["event_to_session", "waits too long", { eventsQueue: { since: ago(121), silence: null } }, 121, false],
  ["event_to_rollup", "waits too long in a shard", { uncountedSince: ago(121) }, 121, false],
  [
    "event_to_rollup",
    "waits longer in the queue",
    { uncountedSince: ago(5), eventsQueue: { since: ago(130), silence: null } },
    130,
    false,
  ],
  ["event_to_lake", "waits in time", { unstoredSince: ago(600) }, 600, true],
  ["event_to_lake", "waits too long", { unstoredSince: ago(601) }, 601, false],
  ["served_to_rollup", "waits in time", { servedQueue: { since: ago(120), silence: null } }, 120, true],
  ["served_to_rollup", "waits too long", { servedQueue: { since: ago(121), silence: null } }, 121, false],
  [
    "export",
    "was made since it was due",
    { exports: { dueAt: ago(90_000), lastStartedAt: ago(90_000), lastAsOf: ago(89_000) } },
    0,
    true,
  ],
  [
    "export",
    "is due, and not for long",
    { exports: { dueAt: ago(21_600), lastStartedAt: ago(600_000), lastAsOf: ago(600_000) } },
    21_600,
    true,
  ],
  [
    "export",
    "is due for too long",
    { exports: { dueAt: ago(21_601), lastStartedAt: ago(600_000), lastAsOf: ago(600_000) } },
    21_601,
    false,
  ],
  ["model", "is as old as it likes", { model }, 86_400, true],
])("%s %s", (flow, _, figures, ageSeconds, met) => {
  expect(flowOf(flow, figures)).toMatchObject({ ageSeconds, met });
});

it("has no objective for exports that nobody scheduled, nor for a model of which none is configured", () => {
  expect(flowOf("export", { exports: { dueAt: null, lastStartedAt: ago(1), lastAsOf: ago(1) } })).toMatchObject({
    objectiveSeconds: null,
    met: true,
  });
  expect(flowOf("model", { model })).toMatchObject({ objectiveSeconds: null, met: true });
  expect(flowOf("model", { model }, { modelDays: 0.5 })).toMatchObject({ objectiveSeconds: 43_200, met: false });
});

const silentFor = (seconds: number) => ({ since: ago(seconds) });
const UNNOTED = { since: null };
const silentShards = (...silent: { since: number | null }[]) => ({ shards: { asked: 16, silent } });

it.each<[string, FlowName, Partial<FreshnessFigures>, boolean | null]>([
  ["a shard, which nobody noted", "event_to_rollup", silentShards(UNNOTED), null],
  ["a shard, not for long", "event_to_rollup", silentShards(silentFor(120)), null],
  ["a shard, for too long", "event_to_rollup", silentShards(UNNOTED, silentFor(121)), false],
  ["a shard, not for long for the lake", "event_to_lake", silentShards(silentFor(121)), null],
  ["a shard, for too long for the lake", "event_to_lake", silentShards(silentFor(601)), false],
  ["a shard, which says nothing of the queue", "event_to_session", silentShards(silentFor(601)), true],
  ["the queue, not for long", "event_to_session", { eventsQueue: { since: null, silence: silentFor(120) } }, null],
  ["the queue, for too long", "event_to_session", { eventsQueue: { since: null, silence: silentFor(121) } }, false],
  ["the queue on the way", "event_to_lake", { eventsQueue: { since: null, silence: silentFor(601) } }, false],
  ["the queue of answers", "served_to_rollup", { servedQueue: { since: null, silence: silentFor(121) } }, false],
  ["the model, not for long", "d1_to_vectors", { modelSilence: silentFor(1_800) }, null],
  ["the model, for too long", "d1_to_vectors", { modelSilence: silentFor(1_801) }, false],
  ["the model, of which no age is meant", "model", { modelSilence: silentFor(1e6) }, null],
])("does not call in time what it cannot know: silent is %s", (_, flow, figures, met) => {
  const age = met === true ? 0 : null;
  expect(flowOf(flow, figures)).toMatchObject({ met, ageSeconds: age, expected: false });
});

it("is late by what the others say whoever is silent, and does not say up to when all is there", () => {
  const flow = flowOf("event_to_rollup", { ...silentShards(UNNOTED), uncountedSince: ago(121) });
  expect(flow).toMatchObject({ met: false, ageSeconds: 121, newestAt: null });
  expect(flow.message).toContain("There may be older ones: no answer from 1 of 16 shards.");
});

it("names who is silent, and for how long", () => {
  const figures = {
    ...silentShards(silentFor(300), UNNOTED),
    eventsQueue: { since: null, silence: silentFor(180) },
    modelSilence: UNNOTED,
  };
  expect(flowOf("event_to_lake", figures).message).toMatch(
    /^No answer for 5 minutes from 2 of 16 shards and the queue `events`, so nobody knows what the lake holds\./,
  );
  expect(flowOf("event_to_session", figures).message).toMatch(/^The queue `events` does not say for 3 minutes since/);
  expect(flowOf("model", figures).message).toMatch(/^Nobody could say which model is active: /);
});

it("expects what an announced outage of the source makes late, and nothing else", () => {
  const late = { lastSyncAt: ago(5_000), uncountedSince: ago(5_000), isOutageAnnounced: true };
  expect(flowOf("replica_to_d1", late)).toMatchObject({ met: false, expected: true });
  expect(flowOf("event_to_rollup", late)).toMatchObject({ met: false, expected: false });
  expect(flowOf("replica_to_d1", { ...late, lastSyncAt: ago(1) })).toMatchObject({ met: true, expected: false });
});

it("says of a late flow what to do", () => {
  expect(flowOf("replica_to_d1", { lastSyncAt: ago(3_600) }).message).toContain("endcap sync list");
  expect(flowOf("replica_to_d1", { lastSyncAt: ago(3_600), isSyncPaused: true }).message).toContain(
    "endcap sync resume",
  );
  expect(flowOf("replica_to_d1", { lastSyncAt: ago(60) }).message).toBe("The last complete sync began 1 minute ago.");
});

const hour = (answers: number, degraded = 0): AnsweredHour => ({ hour: answers, answers, degraded, slow: 0, lost: 0 });

it.each([
  [hour(100), hour(5_000), 100],
  [hour(99), hour(5_000), 5_000],
  [hour(99), hour(98), 99],
])("looks at the present hour once it says enough, else at the one before", (present, before, telling) => {
  expect(tellingHour(present, before).hour).toBe(telling);
});

it.each([
  [hour(DEGRADED_ANSWERS_MIN, 5), "met"],
  [hour(DEGRADED_ANSWERS_MIN, 6), "breached"],
  [hour(DEGRADED_ANSWERS_MIN - 1, 99), "unknown"],
])("judges answers only of enough of them", (one, judged) => {
  expect(judgeAnswers(one, 0.05)).toBe(judged);
});

it("says how many answers, how many are meant, and why", () => {
  const sentence = degradedSentence(hour(200, 30), 0.05, [{ reason: "session_late", answers: 20 }]);
  expect(sentence).toMatch(/^15\.0 % of 200 answers .* at most 5\.0 % .* `session_late` \(20\)\./);
  expect(shareOf(1, 0)).toBeNull();
});
