import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { mergeCarts } from "../../domain/sessions/cart.ts";
import { finishHandOver, mergeHandOver, startHandOver } from "../../domain/sessions/merge.ts";
import { uniteWithSynced } from "../../domain/sessions/purchases.ts";
import { mergeRatings, uniteRatingsWithSynced } from "../../domain/sessions/ratings.ts";
import { nextAlarm, spreadConfirmation, tellsConfirmed } from "../../domain/sessions/schedule.ts";
import {
  EMPTY_SESSION,
  SESSION_CONFIRM_MAX_MILLISECONDS,
  SESSION_IDLE_MILLISECONDS,
  type Session,
} from "../../domain/sessions/session.ts";

const anonymous: Session = {
  ...EMPTY_SESSION,
  recent: [{ name: "view_item", item_id: "a", at: 1 }],
  cart: [{ item_id: "a", quantity: 2 }],
  seen: [{ recommendation_id: "r", at: 1, item_ids: ["a"] }],
  event_ids: ["e1"],
  generation: 3,
  unconfirmed: [
    { event_id: "e1", name: "view_item", shopper: "c:1", at: 1, received_at: 1, items: [{ item_id: "a" }], params: {} },
  ],
};

describe("a hand-over", () => {
  const apart = startHandOver(anonymous, "u:1");
  const handOver = apart.handing_over;

  it("empties the anonymous session at once and keeps its unconfirmed events", () => {
    expect(apart).toMatchObject({ recent: [], cart: [], seen: [], generation: 4, unconfirmed: anonymous.unconfirmed });
    expect(handOver).toMatchObject({ recipient: "u:1", generation: 3, content: { recent: anonymous.recent } });
  });

  it("gives the same until it is finished", () => {
    expect(startHandOver(apart, "u:1")).toBe(apart);
    const goesOn = { ...apart, recent: anonymous.recent };
    expect(startHandOver(goesOn, "u:1")).toBe(goesOn);
    expect(finishHandOver(apart, 2)).toBe(apart);
    expect(finishHandOver(apart, 3).handing_over).toBeNull();
  });

  it("of an empty session changes nothing", () => {
    expect(startHandOver(EMPTY_SESSION, "u:1")).toBe(EMPTY_SESSION);
  });

  it("is applied once per generation", () => {
    if (handOver === null) throw new Error("nothing was handed over");
    const once = mergeHandOver(EMPTY_SESSION, "1", handOver, 5);
    const { recent, cart, seen, event_ids } = anonymous;
    expect(once).toMatchObject({ recent, cart, seen, event_ids, touched_at: 5 });
    expect(mergeHandOver(once, "1", handOver, 6)).toBe(once);
    expect(mergeHandOver(once, "1", { ...handOver, generation: 4 }, 6).recent).toHaveLength(2);
  });
});

describe("two carts", () => {
  const cart = fc
    .uniqueArray(fc.constantFrom("a", "b", "c", "d"))
    .chain((ids) =>
      fc.tuple(
        ...ids.map((item_id) => fc.record({ item_id: fc.constant(item_id), quantity: fc.integer({ min: 1, max: 9 }) })),
      ),
    );
  const byItem = (lines: readonly { item_id: string; quantity: number }[]) =>
    lines.toSorted((left, right) => left.item_id.localeCompare(right.item_id));

  it("make one, whichever comes first, and merging again adds nothing", () => {
    fc.assert(
      fc.property(cart, cart, (first, second) => {
        const merged = mergeCarts(first, second);
        expect(byItem(merged)).toEqual(byItem(mergeCarts(second, first)));
        expect(mergeCarts(merged, second)).toEqual(merged);
      }),
    );
  });
});

describe("synced and live facts", () => {
  const day = 24 * 60 * 60 * 1000;

  it("of one purchase are one: by order, or by item and about the same time", () => {
    const live = [
      { item_id: "same order", at: 10 * day, transaction_id: "o1" },
      { item_id: "same day", at: 10 * day + 5, transaction_id: "unlike" },
      { item_id: "not synced yet", at: 10 * day, transaction_id: "o9" },
    ];
    const synced = [
      { order_id: "o1", item_id: "same order", at: 3 * day },
      { order_id: "o2", item_id: "same day", at: 10 * day },
    ];
    const united = uniteWithSynced(live, synced);
    expect(united.map((purchase) => purchase.item_id)).toEqual(["same order", "same day", "not synced yet"]);
    expect(uniteWithSynced(united, synced)).toEqual(united);
  });

  it("forget a synced purchase that the replica no longer has", () => {
    const before = uniteWithSynced([], [{ order_id: "o1", item_id: "a", at: 1 }]);
    expect(uniteWithSynced(before, [])).toEqual([]);
  });

  it("of one rating are the later one", () => {
    const live = [{ item_id: "a", rating: 1, at: 5 }];
    expect(uniteRatingsWithSynced(live, [{ item_id: "a", rating: 4, at: 9 }])).toEqual([{ item_id: "a", rating: 4 }]);
    expect(uniteRatingsWithSynced(live, [{ item_id: "a", rating: 4, at: null }])).toEqual(live);
    expect(mergeRatings(live, [{ item_id: "a", rating: 3, at: 4 }])).toEqual(live);
  });
});

describe("a session's alarm", () => {
  it("comes soon while events are unconfirmed, later with every failure, and at most at its cap", () => {
    const waits = [0, 1, 2, 30].map((failures) => nextAlarm(anonymous, 1_000, 100, failures));
    expect(waits).toEqual(
      [1_100, 1_200, 1_400, 1_000 + SESSION_CONFIRM_MAX_MILLISECONDS].map((at) => ({ kind: "wake", at })),
    );
  });

  it("comes for each session of a crowd at a time of its own, from the period to half of it later", () => {
    const waits = ["00000000", "40000000", "80000000", "ffffffff"].map((id) =>
      spreadConfirmation(60_000, `${id}${"a".repeat(56)}`),
    );
    expect(waits).toEqual([60_000, 67_500, 75_000, 89_999]);
  });

  it("tells that all is confirmed by its time alone, whenever that was, and never while something is not", () => {
    const time = fc.integer({ min: 0, max: 2_000_000_000_000 });
    fc.assert(
      fc.property(time, time, time, fc.nat(60), (touched_at, offer_at, now, failures) => {
        const session = { ...anonymous, touched_at, offer_at };
        const look = nextAlarm({ ...session, unconfirmed: [] }, now, 60_000, failures);
        if (look.kind === "wake") expect(tellsConfirmed(session, look.at)).toBe(true);
        const offer = nextAlarm(session, now, 60_000, failures);
        expect(offer.kind === "wake" && tellsConfirmed({ ...session, offer_at: offer.at }, offer.at)).toBe(false);
      }),
    );
    expect(tellsConfirmed({ ...anonymous, offer_at: 7 }, null)).toBe(false);
    expect(tellsConfirmed({ ...anonymous, offer_at: null }, SESSION_IDLE_MILLISECONDS)).toBe(false);
  });

  it("drops an idle session only when nothing in it is unconfirmed", () => {
    const later = SESSION_IDLE_MILLISECONDS + 1;
    expect(nextAlarm({ ...anonymous, unconfirmed: [] }, later, 100, 0)).toEqual({ kind: "expire" });
    expect(nextAlarm(anonymous, later, 100, 0)).toMatchObject({ kind: "wake" });
    expect(nextAlarm({ ...EMPTY_SESSION, touched_at: 7 }, later, 100, 0)).toEqual({
      kind: "wake",
      at: 7 + SESSION_IDLE_MILLISECONDS,
    });
  });
});
