import { describe, expect, it } from "vitest";

import { TELL_WITHIN_MILLISECONDS } from "../../domain/notices/limits.ts";
import { type Delivery, missingMessages, type ToldNotice } from "../../domain/notices/outbox.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const at = (minutes: number): number => NOW + minutes * MINUTE;
const OPS = { name: "ops", kinds: ["source_outage", "schema_change"] as const };

function notice(id: number, opened: number, closed: number | null, more: Partial<ToldNotice> = {}): ToldNotice {
  return {
    id,
    kind: "source_outage",
    subject: "replica",
    message: "The replica cannot be read.",
    openedAt: at(opened),
    closedAt: closed === null ? null : at(closed),
    announcementId: null,
    ...more,
  };
}

function told(noticeId: number, phase: Delivery["phase"], how: "taken" | "waits" | "given up" = "taken"): Delivery {
  return {
    noticeId,
    phase,
    target: "ops",
    nextAt: how === "waits" ? at(1) : null,
    deliveredAt: how === "taken" ? at(0) : null,
  };
}

function missing(notices: readonly ToldNotice[], deliveries: readonly Delivery[] = [], now = NOW): string[] {
  return missingMessages(notices, deliveries, [OPS], now).map(({ noticeId, phase }) => `${noticeId} ${phase}`);
}

it.each([
  ["is open and was not told", notice(1, -5, null), [], ["1 opened"]],
  ["is over and was not told: one message", notice(1, -5, -2), [], ["1 opened"]],
  ["only happened", notice(1, -5, -5), [], ["1 opened"]],
  ["is open and was told", notice(1, -5, null), [told(1, "opened")], []],
  ["is over and was told", notice(1, -5, -2), [told(1, "opened")], ["1 closed"]],
  ["is over while its beginning is on its way", notice(1, -5, -2), [told(1, "opened", "waits")], []],
  ["is over and its beginning was given up", notice(1, -5, -2), [told(1, "opened", "given up")], ["1 closed"]],
  ["is over and both were told", notice(1, -5, -2), [told(1, "opened"), told(1, "closed", "given up")], []],
  ["was announced", notice(1, -5, null, { announcementId: "a" }), [], []],
  ["was announced after it was told", notice(1, -5, -2, { announcementId: "a" }), [told(1, "opened")], ["1 closed"]],
  [
    "was announced before it could be told",
    notice(1, -5, -2, { announcementId: "a" }),
    [told(1, "opened", "given up")],
    [],
  ],
  ["is of a kind that the target is not told of", notice(1, -5, null, { kind: "feature_proposed" }), [], []],
  ["is older than a day", notice(1, -TELL_WITHIN_MILLISECONDS / MINUTE, null), [], []],
  ["began long ago, was told, and ended now", notice(1, -5_000, -1), [told(1, "opened")], ["1 closed"]],
  ["ended more than a day ago, and was told only to begin", notice(1, -5_000, -1_441), [told(1, "opened")], []],
  ["began long ago, was not told, and ended now", notice(1, -5_000, -1), [], []],
])("a notice that %s", (_, one, deliveries, messages) => {
  expect(missing([one], deliveries)).toEqual(messages);
});

it("has a message for each target that wants it", () => {
  const targets = [
    OPS,
    { name: "shop", kinds: ["source_outage"] as const },
    { name: "data", kinds: ["schema_change"] as const },
  ];
  expect(missingMessages([notice(1, -5, null)], [], targets, NOW).map(({ target }) => target)).toEqual(["ops", "shop"]);
});

describe("a thing that comes and goes", () => {
  const before = notice(1, -20, -5);
  const both = [told(1, "opened"), told(1, "closed")];

  it("is not told again within ten minutes after its end was", () => {
    expect(missing([before, notice(2, -4, null)], both)).toEqual([]);
  });

  it("is told when it is still there then", () => {
    const again = notice(2, -4, null);
    expect(missing([before, again], both, at(5) - 1)).toEqual([]);
    expect(missing([before, again], both, at(5))).toEqual(["2 opened"]);
  });

  it("is never told when it was over by then, whenever somebody looks", () => {
    for (const later of [0, 30, 600]) expect(missing([before, notice(2, -4, -1)], both, at(later))).toEqual([]);
  });

  it("is told about once in ten minutes, however often it comes and goes", () => {
    const notices: ToldNotice[] = [];
    const deliveries: Delivery[] = [];
    let opened = 0;
    for (let minute = 0; minute < 120; minute++) {
      const id = Math.floor(minute / 2) + 1;
      if (minute % 2 === 0) notices.push(notice(id, minute, null));
      else notices[id - 1] = notice(id, minute - 1, minute);
      for (const key of missingMessages(notices, deliveries, [OPS], at(minute) + 1_000)) {
        deliveries.push({ ...key, nextAt: null, deliveredAt: at(minute) });
        if (key.phase === "opened") opened++;
      }
    }
    expect(opened).toBeGreaterThanOrEqual(9);
    expect(opened).toBeLessThanOrEqual(12);
    // Whoever was told of a beginning is told of its end.
    expect(deliveries.filter(({ phase }) => phase === "closed")).toHaveLength(opened);
  });

  it("is told once when it came and went while nobody looked", () => {
    expect(missing([notice(1, -20, -9), notice(2, -8, -2)])).toEqual(["1 opened"]);
    expect(missing([notice(1, -30, -20), notice(2, -8, -2)])).toEqual(["1 opened", "2 opened"]);
  });

  it("does not keep back another thing, nor what only happens, nor what nobody was told of before", () => {
    expect(missing([before, notice(2, -4, null, { subject: "http" })], both)).toEqual(["2 opened"]);
    const change = { kind: "schema_change", subject: "replica" };
    expect(missing([notice(1, -5, -5, change), notice(2, -4, -4, change)], both)).toEqual(["2 opened"]);
    expect(missing([notice(1, -20, -5, { announcementId: "a" }), notice(2, -4, null)])).toEqual(["2 opened"]);
  });
});
