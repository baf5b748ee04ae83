import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Catalogue, RankedItems } from "../../../domain/catalogue/catalogue.ts";
import { takeVaried } from "../../../domain/ranking/arrange.ts";
import { DEFAULT_BLEND } from "../../../domain/ranking/blend.ts";
import { NO_FILTER, parseFilter } from "../../../domain/ranking/filter.ts";
import type { PlacementRequest, RankingInputs } from "../../../domain/ranking/inputs.ts";
import { PLACEMENTS, type Placement } from "../../../domain/ranking/placements.ts";
import { rankPlacement, rankSimilar } from "../../../domain/ranking/rank.ts";
import { ENGLISH_TEXTS } from "../../../domain/ranking/texts/languages.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import type { SessionView } from "../../../domain/sessions/session.ts";
import { catalogueOf, item, order, vectorsOf } from "../../support/catalogue.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 24 * 60 * 60 * 1000;
const ids = Array.from({ length: 30 }, (_, n) => `i${String(n).padStart(2, "0")}`);

function ranked(catalogue: Catalogue, ...itemIds: string[]): RankedItems {
  const items = itemIds.map((id) => catalogue.placeOf(id) ?? -1);
  return { items: Uint32Array.from(items), scores: Float32Array.from(items, (_, n) => 1 - n / 100) };
}

// i00 sells best, then i01 and so on; i10 and i11 are bought together.
const orders = [
  ...ids.flatMap((id, n) =>
    Array.from({ length: 2 * (40 - n) }, (_, copy) => ({
      order: order(`${id}-${copy}`, [id], { orderedAt: NOW }),
      country: "DE",
    })),
  ),
  ...Array.from({ length: 9 }, (_, n) => ({
    order: order(`together-${n}`, ["i10", "i11"], { orderedAt: NOW }),
    country: "DE",
  })),
];
const shop = catalogueOf(
  ids.map((id, n) => item(id, { category: n % 2 === 0 ? "Cars" : "Ships", price: n })),
  orders,
);

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
  return { placement, itemId: null, cart: [], limit: 5, exclude: [], filter: NO_FILTER, ...rest };
}

function viewed(...itemIds: string[]): SessionView {
  return { ...EMPTY_VIEW, recent: itemIds.map((item_id, n) => ({ name: "view_item", item_id, at: NOW - 1000 + n })) };
}

const itemsOf = (shelf: { items: readonly { item_id: string }[] } | undefined): string[] =>
  (shelf?.items ?? []).map((entry) => entry.item_id);

describe("home", () => {
  it("gives a new shopper popular items, and no shelf about a last item", () => {
    const shelves = rankPlacement(inputs(), request("home"));
    expect(shelves.map((shelf) => shelf.strategy)).toEqual(["popular", "trending"]);
    expect(itemsOf(shelves[0])).toEqual(["i00", "i01", "i02", "i03", "i04"]);
    expect(shelves[0]?.items[0]?.reason).toEqual({ code: "popular", text: "Popular in the shop" });
  });

  it("begins with what is like the item seen last, and names it", () => {
    const [similar] = rankPlacement(
      inputs({ session: viewed("i03", "i05"), neighbours: new Map([[5, ranked(shop, "i05", "i20", "i21")]]) }),
      request("home", { limit: 2 }),
    );
    expect(similar).toMatchObject({
      strategy: "similar",
      title: "Because you viewed Name of i05",
      seed: { item_id: "i05" },
    });
    expect(itemsOf(similar)).toEqual(["i20", "i21"]);
    expect(similar?.items[0]?.reason).toEqual({
      code: "viewed",
      item_id: "i05",
      text: "Because you viewed Name of i05",
    });
  });

  it("puts the profile's nearest items on the profile shelf", () => {
    const shelves = rankPlacement(
      inputs({ profile: ranked(shop, "i25", "i26", "i27", "i28", "i29") }),
      request("home", { limit: 3 }),
    );
    expect(shelves[0]).toMatchObject({ strategy: "profile", title: "Based on your profile, you may like" });
    expect(itemsOf(shelves[0])).toEqual(["i25", "i26", "i27"]);
    expect(shelves[0]?.items[0]?.reason.code).toBe("profile");
  });

  it("says what is popular in the shopper's country", () => {
    const [first] = rankPlacement(inputs({ country: "DE" }), request("home"));
    expect(first?.items[0]?.reason).toEqual({ code: "popular_in_country", text: "Popular in Germany" });
  });
});

describe("the cart", () => {
  it("holds what goes with it, then items like those in it, then popular ones", () => {
    const [together] = rankPlacement(
      inputs({ neighbours: new Map([[10, ranked(shop, "i10", "i20")]]) }),
      request("cart", { cart: ["i10"], limit: 3 }),
    );
    expect(together?.strategy).toBe("together");
    expect(together?.items.map((entry) => [entry.item_id, entry.reason.code])).toEqual([
      ["i11", "bought_together"],
      ["i20", "carted"],
      ["i00", "popular"],
    ]);
  });

  it("keeps scores falling through the fillers, so that sorting by score changes nothing", () => {
    for (const shelf of rankPlacement(inputs(), request("cart", { cart: ["i10"], limit: 10 }))) {
      const scores = shelf.items.map((entry) => entry.score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
  });
});

describe("what no shelf holds", () => {
  const all = (rest: Partial<RankingInputs>, placement: PlacementRequest): string[] =>
    rankPlacement(inputs(rest), placement).flatMap((shelf) => itemsOf(shelf));

  it.each<[string, Partial<RankingInputs>, PlacementRequest, string]>([
    ["the page's item", {}, request("product", { itemId: "i00" }), "i00"],
    ["what is in the cart", {}, request("cart", { cart: ["i00"] }), "i00"],
    ["what the shopper just saw", { session: viewed("i00") }, request("home"), "i00"],
    ["what the caller excludes", {}, request("home", { exclude: ["i00"] }), "i00"],
    ["what is hidden by hand", { hidden: new Set([0]) }, request("home"), "i00"],
    [
      "what was bought a week ago",
      { session: { ...EMPTY_VIEW, purchases: [{ item_id: "i00", at: NOW - 7 * DAY }] } },
      request("home"),
      "i00",
    ],
  ])("%s", (_, rest, placement, itemId) => {
    expect(all({}, request("home"))).toContain("i00");
    expect(all(rest, placement)).not.toContain(itemId);
  });

  it("offers again what was bought long ago, or is bought again and again", () => {
    const bought = (days: number): SessionView => ({
      ...EMPTY_VIEW,
      purchases: [{ item_id: "i00", at: NOW - days * DAY }],
    });
    expect(all({ session: bought(31) }, request("home"))).toContain("i00");
    const rules = { justBoughtDays: 30, repeatableCategories: ["Cars"] };
    expect(all({ session: bought(1), rules }, request("home"))).toContain("i00");
  });

  it("leaves out only the last twenty items seen", () => {
    const session = viewed("i00", ...ids.slice(1, 21));
    expect(all({ session }, request("home", { limit: 10 }))).toContain("i00");
  });

  it("lets a filter through by category and price", () => {
    const filter = parseFilter("category:Ships,min_price:5,max_price:9");
    expect(filter.ok && all({}, request("home", { filter: filter.value })).toSorted()).toEqual(["i05", "i07", "i09"]);
  });
});

it("holds no item twice, offers only what can be bought, and never more than asked for, whatever the inputs", () => {
  const catalogue = catalogueOf(
    ids.map((id, n) => item(id, { stock: n % 5 === 0 ? 0 : 3, hidden: n % 7 === 0 })),
    orders,
  );
  const vectors = vectorsOf(ids.map((_, n) => [Math.cos(n), Math.sin(n)]));
  const someIds = fc.array(fc.constantFrom(...ids, "unknown"), { maxLength: 30 });
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(PLACEMENTS) as Placement[])),
      someIds,
      someIds,
      someIds,
      someIds,
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      (placement, seen, cart, profile, neighbours, limit, withVectors) => {
        const known = profile.filter((id) => id !== "unknown");
        const near = neighbours.filter((id) => id !== "unknown");
        const taken = new Set<number>();
        const answer = rankPlacement(
          inputs({
            catalogue,
            vectors: withVectors ? vectors : null,
            session: viewed(...seen),
            profile: known.length === 0 ? null : ranked(catalogue, ...known),
            neighbours: new Map(ids.map((_, place) => [place, ranked(catalogue, ...near)])),
          }),
          request(placement, { cart, limit, itemId: cart[0] ?? null }),
          taken,
        );
        const shown = answer.flatMap((shelf) => itemsOf(shelf));
        expect(new Set(shown).size).toBe(shown.length);
        expect(taken.size).toBe(shown.length);
        for (const shelf of answer) {
          expect(shelf.items.length).toBeLessThanOrEqual(limit);
          for (const entry of shelf.items) {
            expect(catalogue.isOffered(catalogue.placeOf(entry.item_id) ?? -1)).toBe(true);
            expect(cart).not.toContain(entry.item_id);
            expect(entry.reason.text).not.toBe("");
          }
        }
      },
    ),
  );
});

it("follows what the shopper did when nothing is known of the profile", () => {
  const vectors = vectorsOf(ids.map((_, n) => (n >= 20 ? [1, 0] : [0, 1])));
  const shelves = rankPlacement(
    inputs({
      vectors,
      session: viewed("i20"),
      neighbours: new Map([[20, ranked(shop, "i21", "i22", "i23", "i24", "i25", "i26")]]),
    }),
    request("home", { limit: 3 }),
  );
  const personal = shelves.find((shelf) => shelf.strategy === "profile");
  expect(personal?.title).toBe("Chosen for you");
  for (const itemId of itemsOf(personal)) expect(["i24", "i25", "i26"]).toContain(itemId);
});

it("fills the similar items of an unknown item with popular ones", () => {
  expect(rankSimilar(inputs(), request("product", { itemId: "gone" })).map((entry) => entry.item_id)).toEqual([
    "i00",
    "i01",
    "i02",
    "i03",
    "i04",
  ]);
});

it("breaks up near-identical items, but never at the best one's cost", () => {
  const vectors = vectorsOf([
    [1, 0],
    [1, 0.01],
    [0, 1],
  ]);
  const candidates = [0.9, 0.89, 0.88].map((score, place) => ({
    place,
    score,
    reason: "profile" as const,
    because: null,
  }));
  const varied = takeVaried(candidates, 2, () => true, vectors, 0.5);
  expect(varied.map((candidate) => candidate.place)).toEqual([0, 2]);
  expect(takeVaried(candidates, 2, () => true, vectors, 0).map((candidate) => candidate.place)).toEqual([0, 1]);
});

it("refuses a filter that it does not understand", () => {
  for (const text of ["color:red", "min_price:cheap", "max_price:", "category"])
    expect(parseFilter(text).ok, text).toBe(false);
  expect(parseFilter("")).toEqual({ ok: true, value: NO_FILTER });
});
