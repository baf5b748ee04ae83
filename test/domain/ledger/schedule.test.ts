import { describe, expect, it } from "vitest";

import { type LedgerBacklog, nextLedgerAlarm, retryMilliseconds } from "../../../domain/ledger/schedule.ts";

const NOW = 1_000_000;
const PERIODS = { counters: 20_000, segment: 300_000 };
const NOTHING: LedgerBacklog = {
  uncountedSince: null,
  unsealedSince: null,
  segmentFull: false,
  sealed: 0,
  transfers: 0,
  sweeping: false,
  failures: 0,
};

describe("a shard wakes", () => {
  it.each<[string, Partial<LedgerBacklog>, number | null]>([
    ["not at all while nothing waits", {}, null],
    ["when the counters are due", { uncountedSince: NOW - 5_000, unsealedSince: NOW - 5_000 }, NOW + 15_000],
    ["when the segment is due, the counters being done", { unsealedSince: NOW - 5_000 }, NOW + 295_000],
    ["at once for what is late", { uncountedSince: NOW - 60_000 }, NOW],
    ["at once for a full segment", { unsealedSince: NOW, segmentFull: true }, NOW],
    ["at once for a sealed segment", { sealed: 1 }, NOW],
    ["at once for another shard's news", { transfers: 1 }, NOW],
    ["at once while it sweeps", { sweeping: true }, NOW],
    ["a second after a first failure", { transfers: 1, failures: 1 }, NOW + 1_000],
    ["later after each failure, also for what is late", { uncountedSince: 0, failures: 4 }, NOW + 8_000],
    ["no sooner than due, also after a failure", { uncountedSince: NOW, failures: 1 }, NOW + 20_000],
  ])("%s", (_, backlog, at) => {
    expect(nextLedgerAlarm({ ...NOTHING, ...backlog }, PERIODS, NOW)).toBe(at);
  });

  it("never waits longer than five minutes, however often it failed", () => {
    expect(retryMilliseconds(100)).toBe(300_000);
  });
});
