import { expect, it } from "vitest";

import { Catalogue } from "../../../domain/catalogue/catalogue.ts";
import { encodeCatalogue } from "../../../domain/catalogue/encode-catalogue.ts";
import type { ItemRecord } from "../../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../../domain/catalogue/sales-statistics.ts";
import { historyOf } from "../../../domain/ranking/history.ts";
import type { SessionView } from "../../../domain/sessions/session.ts";

const ids = ["a", "b", "c", "d"];
const items = ids.map((itemId): ItemRecord => ({
  itemId,
  name: itemId,
  category: "",
  price: 1,
  stock: null,
  hidden: false,
  image: null,
  url: null,
  publicValues: {},
  features: {},
}));
const places = new Map(ids.map((id, place) => [id, place]));
const shop = new Catalogue(
  encodeCatalogue("1", items, new SalesStatistics(ids.length, (id) => places.get(id), 0), "USD"),
);

type Past = Pick<SessionView, "recent" | "purchases" | "ratings">;
const nothing: Past = { recent: [], purchases: [], ratings: [] };
const did = (name: string, item_id: string) => ({ name, item_id, at: 0 });
const bought = (item_id: string) => ({ item_id, at: 0 });

function past(of: Partial<Past>, weights = { recency: 0.5, rating: 1 }): Record<string, number> {
  const entries = historyOf(shop, { ...nothing, ...of }, weights);
  return Object.fromEntries(entries.map(({ place, weight }) => [shop.idOf(place), weight]));
}

it.each<[string, Partial<Past>, Record<string, number>]>([
  ["nothing", {}, {}],
  [
    "the newest first, each older one half as much",
    { recent: [did("view_item", "a"), did("view_item", "b")] },
    { b: 1, a: 0.5 },
  ],
  [
    "an item once, by its most telling interaction",
    { recent: [did("add_to_cart", "a"), did("view_item", "a")] },
    { a: 2 },
  ],
  [
    "nothing of what was taken out of the cart",
    { recent: [did("add_to_cart", "a"), did("remove_from_cart", "a")] },
    {},
  ],
  ["what was done after it was taken out", { recent: [did("remove_from_cart", "a"), did("view_item", "a")] }, { a: 1 }],
  [
    "purchases after the session, ratings last",
    { recent: [did("view_item", "a")], purchases: [bought("b")], ratings: [{ item_id: "c", rating: 3 }] },
    { a: 1, b: 0.5, c: 0.25 },
  ],
  [
    "a rating beside a purchase, on the same item",
    { purchases: [bought("b")], ratings: [{ item_id: "b", rating: 5 }] },
    { b: 2 },
  ],
  [
    "what was disliked as something to stay away from",
    { purchases: [bought("a")], ratings: [{ item_id: "b", rating: 1 }] },
    { a: 1, b: -0.5 },
  ],
  ["no item that the shop does not have", { recent: [did("view_item", "gone")] }, {}],
])("counts %s", (_, of, expected) => {
  expect(past(of)).toEqual(expected);
});

it("does without order and ratings where the model says that they tell nothing", () => {
  const of = { purchases: [bought("a"), bought("b")], ratings: [{ item_id: "c", rating: 1 }] };
  expect(past(of, { recency: 1, rating: 0 })).toEqual({ a: 1, b: 1, c: 1 });
});
