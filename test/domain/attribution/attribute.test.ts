import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  attribute,
  EXPLICIT_RULE,
  type SeenRecommendation,
  SHOWN_RULE,
} from "../../../domain/attribution/attribute.ts";
import { makeRecommendationId, RANDOM_BYTES, shownFacts } from "../../../domain/attribution/recommendation-id.ts";
import type { Interaction } from "../../../domain/events/interaction.ts";

const WINDOW = 100;

function answerOf(itemIds: readonly string[], random: number): string {
  const facts = { placement: "home", modelVersion: "m1", arm: null, shelves: [{ strategy: "similar", itemIds }] };
  return makeRecommendationId(facts, new Uint8Array(RANDOM_BYTES).fill(random));
}
const AB = answerOf(["a", "b"], 1);
const BC = answerOf(["b", "c"], 2);

function event(rest: Partial<Interaction> = {}): Interaction {
  return {
    event_id: "e",
    name: "add_to_cart",
    shopper: "c:1",
    at: 1_000,
    received_at: 1_000,
    items: [{ item_id: "b" }],
    params: {},
    ...rest,
  };
}

const saw = (recommendation_id: string, at: number, item_ids: readonly string[]): SeenRecommendation => ({
  recommendation_id,
  at,
  item_ids,
});

function attributionsOf(interaction: Interaction, seen: readonly SeenRecommendation[]) {
  return attribute(interaction, seen, WINDOW).items.map((item) => item.attribution);
}

const itemIds = fc.subarray(["a", "b", "c", "d"], { minLength: 1 });
const idArbitrary = fc.constantFrom(AB, BC, "r-1", "another shop's");
const seenArbitrary = fc.array(
  fc.record({ recommendation_id: idArbitrary, at: fc.integer({ min: 800, max: 1_200 }), item_ids: itemIds }),
  { maxLength: 12 },
);
const eventArbitrary = fc
  .record({
    name: fc.constantFrom("select_item", "add_to_cart", "purchase", "view_item", "view_item_list", "refund"),
    at: fc.integer({ min: 850, max: 1_150 }),
    ids: itemIds,
    recommendation_id: fc.option(idArbitrary, { nil: undefined }),
  })
  .map(({ ids, recommendation_id, ...rest }) =>
    event({
      ...rest,
      items: ids.map((item_id) => ({ item_id, quantity: 1 })),
      ...(recommendation_id === undefined ? {} : { recommendation_id }),
    }),
  );

describe("an event's item", () => {
  it("is put down to the recommendation that the event names, whatever was seen", () => {
    const seen = [saw(BC, 999, ["b"])];
    expect(attributionsOf(event({ recommendation_id: AB }), seen)).toEqual([
      { recommendation_id: AB, rule: EXPLICIT_RULE },
    ]);
  });

  it("that was not in the named answer, or in none of ours, falls through to what was seen", () => {
    const seen = [saw(BC, 999, ["c", "b"])];
    const shown = { recommendation_id: BC, rule: SHOWN_RULE };
    expect(attributionsOf(event({ recommendation_id: AB, items: [{ item_id: "c" }] }), seen)).toEqual([shown]);
    expect(attributionsOf(event({ recommendation_id: "another shop's" }), seen)).toEqual([shown]);
  });

  it("is put down to the latest recommendation that showed it", () => {
    const seen = [saw(AB, 950, ["a", "b"]), saw(BC, 990, ["b"]), saw(AB, 980, ["b"]), saw(AB, 999, ["a"])];
    expect(attributionsOf(event(), seen)).toEqual([{ recommendation_id: BC, rule: SHOWN_RULE }]);
  });

  it("is put down to nothing that a page calls a recommendation and is none of ours", () => {
    const seen = [saw(AB, 950, ["b"]), saw("another shop's", 990, ["b"]), saw(AB, 995, ["d"])];
    expect(attributionsOf(event(), seen)).toEqual([{ recommendation_id: AB, rule: SHOWN_RULE }]);
    expect(attributionsOf(event({ items: [{ item_id: "d" }] }), seen)).toEqual([undefined]);
  });

  it("is put down item by item", () => {
    const bought = event({ name: "purchase", items: ["a", "b", "d"].map((item_id) => ({ item_id })) });
    expect(attributionsOf(bought, [saw(AB, 950, ["a", "b"]), saw(BC, 960, ["b"])])).toEqual([
      { recommendation_id: AB, rule: SHOWN_RULE },
      { recommendation_id: BC, rule: SHOWN_RULE },
      undefined,
    ]);
  });

  it.each([
    { what: "at the very time of the event", at: 1_000, counts: true },
    { what: "at the edge of the window", at: 900, counts: true },
    { what: "before the window", at: 899, counts: false },
    { what: "after the event", at: 1_001, counts: false },
  ])("seen $what: $counts", ({ at, counts }) => {
    expect(attributionsOf(event(), [saw(AB, at, ["b"])])[0] !== undefined).toBe(counts);
  });

  it.each(["view_item", "view_item_list", "refund", "remove_from_cart", "rate_item"])(
    "of %s is put down to nothing",
    (name) => {
      const interaction = event({ name, recommendation_id: AB });
      expect(attribute(interaction, [saw(AB, 999, ["b"])], WINDOW)).toBe(interaction);
    },
  );
});

describe("attribution, whatever comes,", () => {
  it("names an answer that held the item: the event's own, or one seen with it within the window before", () => {
    fc.assert(
      fc.property(eventArbitrary, seenArbitrary, (interaction, seen) => {
        for (const { item_id, attribution } of attribute(interaction, seen, WINDOW).items) {
          if (attribution === undefined) continue;
          const { recommendation_id, rule } = attribution;
          expect(shownFacts(recommendation_id, item_id)).not.toBeNull();
          if (rule === EXPLICIT_RULE) expect(recommendation_id).toBe(interaction.recommendation_id);
          else {
            expect(rule).toBe(SHOWN_RULE);
            const counting = seen.filter(
              (list) =>
                list.at <= interaction.at && interaction.at - list.at <= WINDOW && list.item_ids.includes(item_id),
            );
            expect(counting.map((list) => list.recommendation_id)).toContain(recommendation_id);
          }
        }
      }),
    );
  });

  it("takes what the event names before all else", () => {
    fc.assert(
      fc.property(eventArbitrary, seenArbitrary, (interaction, seen) => {
        const { name, recommendation_id: named } = interaction;
        if (named === undefined || !["select_item", "add_to_cart", "purchase"].includes(name)) return;
        for (const { item_id, attribution } of attribute(interaction, seen, WINDOW).items) {
          if (shownFacts(named, item_id) === null) continue;
          expect(attribution).toEqual({ recommendation_id: named, rule: EXPLICIT_RULE });
        }
      }),
    );
  });

  it("says the same again, and changes nothing else of the event", () => {
    fc.assert(
      fc.property(eventArbitrary, seenArbitrary, (interaction, seen) => {
        const once = attribute(interaction, seen, WINDOW);
        expect(attribute(interaction, structuredClone(seen), WINDOW)).toEqual(once);
        expect(attribute(once, seen, WINDOW)).toEqual(once);
        const items = once.items.map(({ attribution: _attribution, ...item }) => item);
        expect({ ...once, items }).toEqual(interaction);
      }),
    );
  });
});
