import { describe, expect, it } from "vitest";

import { type EventContext, judgeEvent } from "../../domain/events/judge-event.ts";
import { groupByLedger, ledgerShardOf } from "../../domain/ledger/routing.ts";

const now = Date.UTC(2026, 10, 21, 10);
const context: EventContext = {
  shopper: "u:1",
  receivedAt: now,
  sessionId: "visit",
  country: "FR",
  customEvents: { play_video: { weight: 2 } },
};
const event = (rest: Record<string, unknown>) => ({ event_id: "1", name: "view_item", ...rest });

describe("an event becomes an interaction", () => {
  it("with the time of receipt where it brings none, and what the request says of all", () => {
    const judged = judgeEvent(event({ params: { items: [{ item_id: "a" }], recommendation_id: "r" } }), context);
    expect(judged).toEqual({
      ok: true,
      value: {
        event_id: "1",
        name: "view_item",
        shopper: "u:1",
        at: now,
        received_at: now,
        items: [{ item_id: "a" }],
        recommendation_id: "r",
        session_id: "visit",
        country: "FR",
        params: {},
      },
    });
  });

  it.each(["usd", " USD ", "Usd"])("with the currency %j as money is added up by it", (currency) => {
    const params = { items: [{ item_id: "a", quantity: 1, price: 2 }], transaction_id: "t", currency };
    const judged = judgeEvent(event({ name: "purchase", params }), context);
    expect(judged).toMatchObject({ ok: true, value: { params: { currency: "USD" } } });
  });

  it.each(["US$", "EURO", "", "12", 978])("and is refused with the currency %j", (currency) => {
    const params = { items: [{ item_id: "a", quantity: 1, price: 2 }], transaction_id: "t", currency };
    expect(judgeEvent(event({ name: "purchase", params }), context)).toMatchObject({
      ok: false,
      error: { kind: "invalid_params", message: expect.stringContaining("currency") },
    });
  });

  it("with unknown params kept, the items' further fields dropped, and numbers taken from texts", () => {
    const params = {
      items: [{ item_id: "a", quantity: "2", price: " 9.5 ", item_name: "Lancia" }],
      transaction_id: "t",
      currency: "USD",
      coupon: "SPRING",
    };
    expect(judgeEvent(event({ name: "purchase", params }), context)).toMatchObject({
      value: {
        items: [{ item_id: "a", quantity: 2, price: 9.5 }],
        params: { transaction_id: "t", currency: "USD", coupon: "SPRING" },
      },
    });
    const rating = event({ name: "rate_item", params: { items: [{ item_id: "a" }], rating: "4" } });
    expect(judgeEvent(rating, context)).toMatchObject({ value: { params: { rating: 4 } } });
  });

  it("when its name is the configuration's own, with or without items", () => {
    expect(judgeEvent(event({ name: "play_video" }), context)).toMatchObject({ ok: true, value: { items: [] } });
    expect(judgeEvent(event({ name: "play_music" }), context)).toMatchObject({ error: { kind: "unknown_event" } });
  });

  it.each([
    [-72 * 3_600_000, true],
    [-72 * 3_600_000 - 1, false],
    [5 * 60_000, true],
    [5 * 60_000 + 1, false],
  ])("when it happened %i ms from now: %s", (offset, taken) => {
    const timestamp = new Date(now + offset).toISOString();
    expect(judgeEvent(event({ timestamp, params: { items: [{ item_id: "a" }] } }), context).ok).toBe(taken);
  });

  it("at the moment that an offset names", () => {
    const judged = judgeEvent(
      event({ timestamp: "2026-11-21T10:00:00+02:00", params: { items: [{ item_id: "a" }] } }),
      context,
    );
    expect(judged).toMatchObject({ value: { at: Date.UTC(2026, 10, 21, 8) } });
  });
});

describe("the way to the ledger", () => {
  const interaction = (event_id: string, shopper: string) => ({
    event_id,
    shopper,
    name: "view_item",
    at: 1,
    received_at: 1,
    items: [],
    params: {},
  });

  it("is one shard for everything that a shopper did", () => {
    const events = Array.from({ length: 50 }, (_, n) => interaction(`${n}`, "u:1"));
    expect([...groupByLedger(events, 16).values()]).toEqual([events]);
  });

  it("is one shard for an event whose one-off shopper differs with each retry", () => {
    const shards = new Set(["x:1", "x:2", "x:3"].map((shopper) => ledgerShardOf(interaction("same", shopper), 16)));
    expect(shards.size).toBe(1);
  });
});
