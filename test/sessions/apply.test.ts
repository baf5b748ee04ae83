import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { makeRecommendationId, RANDOM_BYTES } from "../../domain/attribution/recommendation-id.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import { planAppend } from "../../domain/sessions/append.ts";
import { applyInteractions } from "../../domain/sessions/apply.ts";
import {
  EMPTY_SESSION,
  SESSION_CART_MAX,
  SESSION_EVENT_IDS_MAX,
  SESSION_PURCHASES_MAX,
  SESSION_RATINGS_MAX,
  SESSION_RECENT_MAX,
  SESSION_SEEN_ITEMS_MAX,
  SESSION_SEEN_MAX,
  SESSION_UNCONFIRMED_MAX,
  type Session,
} from "../../domain/sessions/session.ts";
import { openSession, packSession } from "../../domain/sessions/stored-session.ts";
import { viewOf } from "../../domain/sessions/view.ts";

const ALL = { personalization: true, analytics: true };
const CONTEXT = {
  given: { value: ALL, explicit: false },
  storedBytes: 0,
  attributionMilliseconds: 500,
  now: 1,
};

/** Ids as our answers carry them. */
function idOf(itemIds: readonly string[], random: number): string {
  const facts = { placement: "home", modelVersion: null, arm: null, shelves: [{ strategy: "popular", itemIds }] };
  return makeRecommendationId(facts, new Uint8Array(RANDOM_BYTES).fill(random));
}
const OF_A_AND_B = idOf(["a", "b"], 1);
const OF_B_AND_C = idOf(["b", "c"], 2);

const interactionArbitrary: fc.Arbitrary<Interaction> = fc
  .record({
    event_id: fc.integer({ min: 0, max: 40 }).map(String),
    name: fc.constantFrom(
      "view_item",
      "add_to_cart",
      "remove_from_cart",
      "purchase",
      "refund",
      "rate_item",
      "view_item_list",
      "select_item",
    ),
    at: fc.integer({ min: 1, max: 1_000 }),
    items: fc.array(
      fc.record(
        { item_id: fc.constantFrom("a", "b", "c", "d"), quantity: fc.integer({ min: 0, max: 5 }) },
        { requiredKeys: ["item_id"] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    order: fc.constantFrom("t1", "t2"),
    rating: fc.integer({ min: 1, max: 5 }),
    recommendation_id: fc.constantFrom(OF_A_AND_B, OF_B_AND_C, "another shop's", undefined),
  })
  .map(({ order, rating, recommendation_id, ...rest }) => ({
    ...rest,
    shopper: "u:1",
    received_at: rest.at,
    params: { transaction_id: order, rating },
    ...(recommendation_id === undefined ? {} : { recommendation_id }),
  }));
const interactionsArbitrary = fc.array(interactionArbitrary, { maxLength: 60 });

function appended(session: Session, interactions: readonly Interaction[]): Session {
  const planned = planAppend(session, interactions, CONTEXT);
  if (!planned.ok) throw new Error("full");
  return planned.value.session;
}

describe("appending", () => {
  it("the same events again changes nothing", () => {
    fc.assert(
      fc.property(interactionsArbitrary, (interactions) => {
        const once = appended(EMPTY_SESSION, interactions);
        expect(appended(once, interactions)).toBe(once);
      }),
    );
  });

  it("counts every event either as new or as a duplicate", () => {
    fc.assert(
      fc.property(interactionsArbitrary, (interactions) => {
        const planned = planAppend(EMPTY_SESSION, interactions, CONTEXT);
        const outcome = planned.ok ? planned.value.outcome : { fresh: [], duplicates: 0 };
        expect(outcome.fresh.length).toBe(new Set(interactions.map((one) => one.event_id)).size);
        expect(outcome.fresh.length + outcome.duplicates).toBe(interactions.length);
      }),
    );
  });

  it("in any number of requests ends in the same session, while the events come in their order", () => {
    fc.assert(
      fc.property(interactionsArbitrary, fc.nat(60), (interactions, cut) => {
        const inOrder = interactions.toSorted((left, right) => left.at - right.at);
        const apart = appended(appended(EMPTY_SESSION, inOrder.slice(0, cut)), inOrder.slice(cut));
        expect(apart).toEqual(appended(EMPTY_SESSION, inOrder));
      }),
    );
  });

  it("keeps every list to its bound, and drops no unconfirmed event for it", () => {
    let session = EMPTY_SESSION;
    for (let n = 0; n < SESSION_UNCONFIRMED_MAX; n += 4) {
      const at = n + 1;
      const base = { shopper: "u:1", at, received_at: at, items: [{ item_id: `i${n}`, quantity: 1 }] };
      session = appended(session, [
        { ...base, event_id: `${n}`, name: "add_to_cart", params: {} },
        {
          ...base,
          event_id: `${n + 1}`,
          name: "purchase",
          params: { transaction_id: `${n}` },
          items: [{ item_id: `p${n}` }],
        },
        { ...base, event_id: `${n + 2}`, name: "rate_item", params: { rating: 5 } },
        { ...base, event_id: `${n + 3}`, name: "view_item_list", params: {}, recommendation_id: "r" },
      ]);
    }
    expect({
      recent: session.recent.length,
      cart: session.cart.length,
      purchases: session.purchases.length,
      ratings: session.ratings.length,
      seen: session.seen.length,
      event_ids: session.event_ids.length,
      unconfirmed: session.unconfirmed.length,
    }).toEqual({
      recent: SESSION_RECENT_MAX,
      cart: SESSION_CART_MAX,
      purchases: SESSION_PURCHASES_MAX,
      ratings: SESSION_RATINGS_MAX,
      seen: SESSION_SEEN_MAX,
      event_ids: SESSION_EVENT_IDS_MAX,
      unconfirmed: SESSION_UNCONFIRMED_MAX,
    });
    const one = {
      event_id: "one more",
      name: "view_item",
      shopper: "u:1",
      at: 1,
      received_at: 1,
      items: [],
      params: {},
    };
    expect(planAppend(session, [one], CONTEXT)).toEqual({ ok: false, error: { kind: "session_full" } });
    // An id that left the list of recent ones is still known while its event waits.
    expect(appended(session, [{ ...one, event_id: "0" }])).toBe(session);
  });

  it("refuses what would no longer fit the stored row", () => {
    const one = { event_id: "1", name: "view_item", shopper: "u:1", at: 1, received_at: 1, items: [], params: {} };
    expect(planAppend(EMPTY_SESSION, [one], { ...CONTEXT, storedBytes: 1_200_000 })).toMatchObject({
      error: { kind: "session_full" },
    });
  });
});

describe("a stored session", () => {
  it("opens as it was", () => {
    fc.assert(
      fc.property(interactionsArbitrary, (interactions) => {
        const session = appended(EMPTY_SESSION, interactions);
        expect(openSession(packSession(session))).toEqual(session);
      }),
    );
  });

  it("of version 0.1 opens without what was shown then, which had no ids", () => {
    const shown = [{ name: "view_item_list", item_id: "a", at: 2 }];
    const { seen: _seen, ...content } = { ...EMPTY_SESSION, shown };
    const { recent, cart, purchases, ratings, event_ids } = content;
    const handing_over = {
      recipient: "u:1",
      generation: 0,
      content: { recent, cart, purchases, ratings, shown, event_ids },
    };
    const opened = openSession(JSON.stringify({ ...content, handing_over }));
    expect(opened).toEqual({
      ...EMPTY_SESSION,
      handing_over: { ...handing_over, content: { recent, cart, purchases, ratings, event_ids, seen: [] } },
    });
  });

  it("of an earlier version opens with what it lacks empty", () => {
    expect(openSession('{"format":1,"touched_at":7}')).toEqual({ ...EMPTY_SESSION, touched_at: 7 });
  });
});

describe("what is put down to recommendations", () => {
  const event = (second: number, name: string, rest: Partial<Interaction> = {}): Interaction => ({
    event_id: `${second}-${name}`,
    name,
    shopper: "u:1",
    at: second,
    received_at: second,
    items: [{ item_id: "b" }],
    params: {},
    ...rest,
  });
  const list = event(1, "view_item_list", { recommendation_id: OF_A_AND_B });
  const carted = event(2, "add_to_cart");
  const bought = event(900, "purchase", { params: { transaction_id: "t" } });
  const shown = { recommendation_id: OF_A_AND_B, rule: "shown/1" };

  it("is the same whether the impression came before, in the same request, or behind it in the list", () => {
    const requests = [[[list], [carted]], [[list, carted]], [[carted, list]]];
    for (const request of requests) {
      const session = request.reduce(appended, EMPTY_SESSION);
      const waiting = session.unconfirmed.find((one) => one.event_id === carted.event_id);
      expect(waiting?.items).toEqual([{ item_id: "b", attribution: shown }]);
    }
  });

  it("is told to the caller as it waits for the ledger, and nothing is told of the rest", () => {
    const planned = planAppend(EMPTY_SESSION, [list, carted, bought], CONTEXT);
    if (!planned.ok) throw new Error("full");
    const { session, outcome } = planned.value;
    expect(outcome.attributed).toEqual([{ event_id: carted.event_id, items: [{ item_id: "b", attribution: shown }] }]);
    expect(session.unconfirmed).toEqual([
      list,
      { ...carted, items: [{ item_id: "b", attribution: shown }] },
      // Later than the window.
      bought,
    ]);
  });

  it("does not travel where nothing goes to the ledger", () => {
    const given = { value: { personalization: true, analytics: false }, explicit: false };
    const planned = planAppend(EMPTY_SESSION, [list, carted], { ...CONTEXT, given });
    expect(planned).toMatchObject({ value: { outcome: { destination: "session", attributed: [] } } });
  });

  it("is left out rather than an event refused, where all of it would not fit the row", () => {
    const items = Array.from({ length: 200 }, () => ({ item_id: "b" }));
    const large = event(2, "purchase", { recommendation_id: OF_A_AND_B, items, params: { transaction_id: "t" } });
    const plan = (storedBytes: number) => planAppend(EMPTY_SESSION, [large], { ...CONTEXT, storedBytes });
    expect(plan(0)).toMatchObject({ value: { outcome: { attributed: [{ event_id: large.event_id }] } } });
    expect(plan(1_200_000 - 10_000)).toMatchObject({ ok: true, value: { outcome: { attributed: [] } } });
  });
});

describe("what an interaction changes", () => {
  const at = (second: number, name: string, rest: Partial<Interaction> = {}): Interaction => ({
    event_id: `${second}`,
    name,
    shopper: "u:1",
    at: second,
    received_at: second,
    items: [{ item_id: "a" }],
    params: {},
    ...rest,
  });

  it("only a list that was one of our shelves is shown, and no list is an interest", () => {
    const session = applyInteractions(EMPTY_SESSION, [
      at(1, "view_item_list"),
      at(2, "view_item_list", { recommendation_id: "r" }),
    ]);
    expect(session.seen).toEqual([{ recommendation_id: "r", at: 2, item_ids: ["a"] }]);
    expect(session.recent).toEqual([]);
  });

  it("shelves of one page are one list, and every list keeps to its bounds", () => {
    const list = (second: number, from: number, count: number) =>
      at(second, "view_item_list", {
        recommendation_id: "r",
        items: Array.from({ length: count }, (_, place) => ({ item_id: `i${from + place}` })),
      });
    const page = applyInteractions(EMPTY_SESSION, [list(1, 0, 2), list(1, 1, 2)]);
    expect(page.seen).toEqual([{ recommendation_id: "r", at: 1, item_ids: ["i0", "i1", "i2"] }]);
    const full = applyInteractions(page, [list(2, 100, SESSION_SEEN_ITEMS_MAX - 1)]);
    expect(full.seen.map((seen) => seen.item_ids.length)).toEqual([1, SESSION_SEEN_ITEMS_MAX - 1]);
  });

  it("an event that came late takes the place that its time gives it", () => {
    const first = applyInteractions(EMPTY_SESSION, [at(2, "view_item")]);
    const second = applyInteractions(first, [at(1, "view_item", { items: [{ item_id: "earlier" }] })]);
    expect(second.recent.map((one) => one.item_id)).toEqual(["earlier", "a"]);
  });

  it("removing more than there is, or an unsaid number, takes the line out", () => {
    const two = applyInteractions(EMPTY_SESSION, [at(1, "add_to_cart", { items: [{ item_id: "a", quantity: 2 }] })]);
    const removed = (quantity?: number) =>
      applyInteractions(two, [
        at(2, "remove_from_cart", { items: [{ item_id: "a", ...(quantity === undefined ? {} : { quantity }) }] }),
      ]).cart;
    expect(removed(1)).toEqual([{ item_id: "a", quantity: 1 }]);
    expect(removed(3)).toEqual([]);
    expect(removed()).toEqual([]);
  });

  it("a refund takes its own purchase back, not another of the same item", () => {
    const session = applyInteractions(EMPTY_SESSION, [
      at(1, "purchase", { params: { transaction_id: "t1" } }),
      at(2, "purchase", { params: { transaction_id: "t2" } }),
      at(3, "refund", { params: { transaction_id: "t1" } }),
    ]);
    expect(session.purchases).toEqual([{ item_id: "a", at: 2, transaction_id: "t2" }]);
  });

  it("the view holds nothing without consent to personalisation", () => {
    const session = applyInteractions(EMPTY_SESSION, [at(1, "view_item")]);
    expect(viewOf(session, ALL, "v1").recent).toHaveLength(1);
    expect(viewOf(session, { personalization: false, analytics: true }, "v1")).toMatchObject({
      recent: [],
      purchases: [],
    });
  });
});
