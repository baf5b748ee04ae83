import { expect, it } from "vitest";

import { historyOf } from "../../../domain/ranking/history.ts";
import type { SessionView } from "../../../domain/sessions/session.ts";
import { smallShop } from "./small-shop.ts";

const ids = ["a", "b", "c", "d"];
const shop = smallShop(ids);

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
