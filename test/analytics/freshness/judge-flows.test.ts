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
  model: null,
  eventsQueue: { isKnown: true, since: null },
  shards: { asked: 16, unreachable: 0 },
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
  expect(flows.map(({ ageSeconds }) => ageSeconds)).toEqual([null, null, 0, 0, 0, null, null]);
});

it.each<[FlowName, string, Partial<FreshnessFigures>, number, boolean]>([
  ["replica_to_d1", "was synced in time", { lastSyncAt: ago(900) }, 900, true],
  ["replica_to_d1", "was synced too long ago", { lastSyncAt: ago(901) }, 901, false],
  ["d1_to_vectors", "has every item in the index", { model }, 0, true],
  ["d1_to_vectors", "waits in time", { model: { ...model, unindexedSince: ago(1_800) } }, 1_800, true],
  ["d1_to_vectors", "waits too long", { model: { ...model, unindexedSince: ago(1_801) } }, 1_801, false],
  ["event_to_session", "waits in time", { eventsQueue: { isKnown: true, since: ago(120) } }, 120, true],
  ["event_to_session", "waits too long", { eventsQueue: { isKnown: true, since: ago(121) } }, 121, false],
  ["event_to_rollup", "waits too long in a shard", { uncountedSince: ago(121) }, 121, false],
  [
    "event_to_rollup",
    "waits longer in the queue",
    { uncountedSince: ago(5), eventsQueue: { isKnown: true, since: ago(130) } },
    130,
    false,
  ],
  ["event_to_lake", "waits in time", { unstoredSince: ago(600) }, 600, true],
  ["event_to_lake", "waits too long", { unstoredSince: ago(601) }, 601, false],
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

it("does not call what nobody knows fresh when no shard answers, and says how many did not", () => {
  const blind = { shards: { asked: 16, unreachable: 16 } };
  expect(flowOf("event_to_rollup", blind)).toMatchObject({ ageSeconds: null, newestAt: null, met: false });
  const some = flowOf("event_to_lake", { shards: { asked: 16, unreachable: 2 } });
  expect(some).toMatchObject({ ageSeconds: 0, met: true, message: expect.stringContaining("2 of 16 shards") });
});

it("has no age where the queue does not say", () => {
  expect(flowOf("event_to_session", { eventsQueue: { isKnown: false, since: null } })).toMatchObject({
    ageSeconds: null,
    newestAt: null,
    met: true,
  });
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
