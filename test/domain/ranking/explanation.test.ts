import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Catalogue, RankedItems } from "../../../domain/catalogue/catalogue.ts";
import { encodeItemNeighbours, ItemNeighbours } from "../../../domain/catalogue/item-neighbours.ts";
import { DEFAULT_BLEND } from "../../../domain/ranking/blend.ts";
import { LEFT_OUT_MAX, type PlacementExplanation } from "../../../domain/ranking/explanation.ts";
import { NO_FILTER } from "../../../domain/ranking/filter.ts";
import type { PlacementRequest, RankingInputs } from "../../../domain/ranking/inputs.ts";
import { PLACEMENTS, type Placement } from "../../../domain/ranking/placements.ts";
import { rankPlacement, type Shelf } from "../../../domain/ranking/rank.ts";
import { PlacementRecorder } from "../../../domain/ranking/recorder.ts";
import { ENGLISH_TEXTS } from "../../../domain/ranking/texts/languages.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import type { SessionView } from "../../../domain/sessions/session.ts";
import { catalogueOf, item, order, vectorsOf } from "../../support/catalogue.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 24 * 60 * 60 * 1000;
const ids = Array.from({ length: 90 }, (_, n) => `i${String(n).padStart(2, "0")}`);

// i00 sells best, then i01 and so on; i07 and i08 are hidden and sold out at the source.
const shop = catalogueOf(
  ids.map((id, n) => item(id, { category: n < 80 ? "Cars" : "Ships", hidden: n === 7, stock: n === 8 ? 0 : 5 })),
  ids.flatMap((id, n) =>
    Array.from({ length: 95 - n }, (_, copy) => ({
      order: order(`${id}-${copy}`, copy === 0 ? [id, `i${(n + 1) % 90}`] : [id], { orderedAt: NOW }),
      country: "DE",
    })),
  ),
);
const vectors = vectorsOf(ids.map((_, n) => [Math.cos(n / 9), Math.sin(n / 9)]));
const itemWeights = new ItemNeighbours(
  encodeItemNeighbours(
    "1",
    "m",
    ids.map((_, n) => ({
      items: Uint32Array.of((n + 2) % 90, (n + 1) % 90, (n + 30) % 90),
      weights: Float32Array.of(0.6, 0.4, -0.2),
    })),
  ),
);

function ranked(catalogue: Catalogue, ...itemIds: string[]): RankedItems {
  const items = itemIds.map((id) => catalogue.placeOf(id) ?? -1);
  return { items: Uint32Array.from(items), scores: Float32Array.from(items, (_, n) => 1 - n / 100) };
}

function inputs(rest: Partial<RankingInputs> = {}): RankingInputs {
  return {
    catalogue: shop,
    vectors: null,
    itemWeights: null,
    session: EMPTY_VIEW,
    profile: null,
    personal: null,
    neighbours: new Map(),
    country: null,
    weights: DEFAULT_BLEND,
    hidden: new Set(),
    rules: { justBoughtDays: 30, repeatableCategories: [] },
    texts: ENGLISH_TEXTS,
    now: NOW,
    ...rest,
  };
}

function request(placement: Placement, rest: Partial<PlacementRequest> = {}): PlacementRequest {
  return { placement, itemId: null, cart: [], limit: 3, exclude: [], filter: NO_FILTER, ...rest };
}

function viewed(...itemIds: string[]): SessionView {
  return { ...EMPTY_VIEW, recent: itemIds.map((item_id, n) => ({ name: "view_item", item_id, at: NOW - 1000 + n })) };
}

function explained(
  of: RankingInputs,
  asked: PlacementRequest,
  pageItems: readonly string[] = [],
): { shelves: Shelf[]; explanation: PlacementExplanation } {
  const recorder = new PlacementRecorder(pageItems);
  const taken = new Set(pageItems.flatMap((id) => of.catalogue.placeOf(id) ?? []));
  const shelves = rankPlacement(of, asked, taken, recorder);
  const explanation = recorder.explanation();
  if (explanation === null) throw new Error("Nothing was recorded.");
  return { shelves, explanation };
}

describe("what was left out", () => {
  const home = request("home");
  it.each<[string, Partial<RankingInputs>, PlacementRequest, string]>([
    ["hidden", { hidden: new Set([0]) }, home, "i00"],
    ["hidden", {}, request("home", { limit: 9 }), "i07"],
    ["out_of_stock", {}, request("home", { limit: 9 }), "i08"],
    ["page_item", {}, request("product", { itemId: "i00" }), "i00"],
    ["in_cart", {}, request("cart", { cart: ["i00"] }), "i00"],
    ["bought_recently", { session: { ...EMPTY_VIEW, purchases: [{ item_id: "i00", at: NOW - DAY }] } }, home, "i00"],
    ["viewed_recently", { session: viewed("i00") }, home, "i00"],
    ["excluded", {}, request("home", { exclude: ["i00"] }), "i00"],
    ["filter", {}, request("home", { filter: { ...NO_FILTER, categories: ["Ships"] } }), "i00"],
    // For the cart as a whole, and for the sake of the first reason that holds for everybody.
    ["in_cart", { session: viewed("i00") }, request("cart", { cart: ["i00"], exclude: ["i00"] }), "i00"],
  ])("is said to be %s", (rule, rest, asked, itemId) => {
    const { explanation } = explained(inputs(rest), asked);
    const rules = explanation.shelves.flatMap((shelf) => shelf.left_out).filter(({ item_id }) => item_id === itemId);
    expect(rules.length).toBeGreaterThan(0);
    for (const entry of rules) expect(entry.rule).toBe(rule);
  });

  it("is said to stand on an earlier shelf, of this placement or one before", () => {
    const { shelves, explanation } = explained(inputs(), home);
    expect(shelves[1]?.strategy).toBe("trending");
    expect(explanation.shelves[1]?.left_out.slice(0, 3)).toEqual(
      (shelves[0]?.items ?? []).map(({ item_id }) => expect.objectContaining({ item_id, rule: "earlier_shelf" })),
    );
  });

  it("is said to be what another part of the page is about", () => {
    const { explanation } = explained(inputs(), home, ["i01"]);
    expect(explanation.shelves[0]?.left_out).toMatchObject([{ item_id: "i01", rule: "page_item", rank: 2 }]);
  });

  it("is said to have stood back for variety, and nothing that scored less than what stands there", () => {
    const near = vectorsOf(ids.map((_, n) => (n === 20 ? [0, 1] : [1, n / 1_000])));
    const { shelves, explanation } = explained(
      inputs({
        vectors: near,
        profile: ranked(shop, "i10", "i11", "i12", "i20", "i13", "i14"),
        weights: { ...DEFAULT_BLEND, popularity: 0, diversity: 0.5 },
      }),
      request("home", { limit: 2 }),
    );
    expect(shelves[0]?.items.map(({ item_id }) => item_id)).toEqual(["i10", "i20"]);
    expect(explanation.shelves[0]?.left_out).toMatchObject([
      { item_id: "i11", rule: "diversity", rank: 2 },
      { item_id: "i12", rule: "diversity", rank: 3 },
    ]);
  });

  it("is bounded, the best first, and counted", () => {
    const { explanation } = explained(inputs(), request("home", { filter: { ...NO_FILTER, categories: ["Ships"] } }));
    const [shelf] = explanation.shelves;
    expect(shelf?.left_out).toHaveLength(LEFT_OUT_MAX);
    expect(shelf?.left_out_count).toBe(80);
    expect(shelf?.left_out.map(({ rank }) => rank)).toEqual(Array.from({ length: LEFT_OUT_MAX }, (_, n) => n + 1));
  });

  it("leaves nothing to explain where nothing stood in the way", () => {
    const { explanation } = explained(inputs(), home);
    expect(explanation.shelves[0]).toMatchObject({ left_out: [], left_out_count: 0 });
  });
});

describe("where a shelf's items came from", () => {
  it("is told by source, with what each of its lists brought", () => {
    const { explanation } = explained(
      inputs({ neighbours: new Map([[40, ranked(shop, "i41", "i42", "i42")]]), country: "DE" }),
      request("product", { itemId: "i40" }),
    );
    expect(explanation.shelves[0]?.sources).toEqual([
      { source: "similar", lists: { neighbours: 3, item_weights: 0 }, candidates: 2, shown: 2 },
      { source: "popular", lists: { country: 90, shop: 90 }, candidates: 90, shown: 1 },
    ]);
    expect(explanation.shelves[0]?.items.map(({ item_id, source, rank }) => [item_id, source, rank])).toEqual([
      ["i41", "similar", 1],
      ["i42", "similar", 2],
      ["i00", "popular", 1],
    ]);
  });

  it("names the past by how much each item of it tells", () => {
    const { explanation } = explained(inputs({ session: viewed("i50", "i51") }), request("home"));
    expect(explanation.past).toEqual([
      { item_id: "i51", weight: 1 },
      { item_id: "i50", weight: DEFAULT_BLEND.recency },
    ]);
    expect(explanation.weights).toEqual(DEFAULT_BLEND);
  });
});

it("changes nothing of the answer, and what speaks for an item adds up to its score, whatever the inputs", () => {
  const someIds = fc.array(fc.constantFrom(...ids), { maxLength: 20 });
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(PLACEMENTS) as Placement[])),
      someIds,
      fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 20 }),
      fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 20 }),
      someIds,
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      fc.constantFrom(null, "DE", "FR"),
      (placement, seen, profile, near, cart, limit, hasModel, country) => {
        const of = inputs({
          ...(hasModel ? { vectors, itemWeights } : {}),
          session: viewed(...seen),
          profile: profile.length === 0 ? null : ranked(shop, ...profile),
          neighbours: new Map(near.length === 0 ? [] : ids.map((_, place) => [place, ranked(shop, ...near)])),
          country,
        });
        const asked = request(placement, { cart, limit, itemId: cart[0] ?? null });
        const { shelves, explanation } = explained(of, asked);
        expect(shelves).toEqual(rankPlacement(of, asked));
        shelves.forEach((shelf, position) => {
          const about = explanation.shelves[position];
          expect(about?.strategy).toBe(shelf.strategy);
          expect(about?.items.map(({ item_id }) => item_id)).toEqual(shelf.items.map(({ item_id }) => item_id));
          for (const { score, signals } of about?.items ?? []) {
            const sum = Object.values(signals).reduce((total, { weighted }) => total + weighted, 0);
            expect(sum).toBeCloseTo(score, 2);
          }
          const shown = new Set(shelf.items.map(({ item_id }) => item_id));
          for (const { item_id } of about?.left_out ?? []) expect(shown).not.toContain(item_id);
          expect(about?.sources.reduce((total, { shown: own }) => total + own, 0)).toBe(shelf.items.length);
        });
      },
    ),
  );
});
