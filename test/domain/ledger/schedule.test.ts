import { describe, expect, it } from "vitest";

import {
  countersDueAt,
  type LedgerBacklog,
  nextLedgerAlarm,
  retryMilliseconds,
  segmentEvents,
} from "../../../domain/ledger/schedule.ts";

const NOW = 1_000_000;
const PERIODS = { counters: 20_000, segment: 300_000, turn: 0 };
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
    ["when the counters are due", { uncountedSince: NOW - 5_000, unsealedSince: NOW - 5_000 }, NOW],
    ["no sooner, when it has just counted", { uncountedSince: NOW + 1, unsealedSince: NOW + 1 }, NOW + 20_000],
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

  it("each at a time of its own within the period, so that D1 is not asked by all at once", () => {
    const turns = Array.from({ length: 16 }, (_, shard) => shard / 16);
    const due = turns.map((turn) => countersDueAt(NOW + 1, { ...PERIODS, turn }));
    expect(due).toEqual(turns.map((turn) => NOW + (turn === 0 ? 1 : turn) * PERIODS.counters));
    for (const turn of turns) {
      for (const since of [NOW, NOW + 1, NOW + 7_777, NOW + 19_999]) {
        const at = countersDueAt(since, { ...PERIODS, turn });
        expect(at - since).toBeGreaterThan(0);
        expect(at - since).toBeLessThanOrEqual(PERIODS.counters);
        expect(countersDueAt(at, { ...PERIODS, turn })).toBe(at + PERIODS.counters);
      }
    }
  });

  it("each with a full segment of its own size, of at most 20,000 events", () => {
    const sizes = [0, 1 / 16, 15 / 16].map((turn) => segmentEvents({ ...PERIODS, turn }));
    expect(sizes).toEqual([10_000, 10_625, 19_375]);
  });

  it("with a period that is none, at once; with a long one, near its end", () => {
    expect(countersDueAt(NOW + 3, { counters: 0, segment: 0, turn: 0.5 })).toBe(NOW + 3);
    const late = countersDueAt(NOW + 3, { counters: 3_600_000, segment: 0, turn: 0.5 }) - NOW;
    expect([late > 3_580_000, late <= 3_600_003]).toEqual([true, true]);
  });

  it("never waits longer than five minutes, however often it failed", () => {
    expect(retryMilliseconds(100)).toBe(300_000);
  });
});
