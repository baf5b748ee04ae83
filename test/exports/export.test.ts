import { afterAll, beforeAll, expect, it } from "vitest";

import { ExportShop, type PulledExport } from "./export-shop.ts";

const HOUR = 60 * 60 * 1000;
const NOW = Math.floor(Date.now() / 1000) * 1000;
const hoursAgo = (hours: number): Date => new Date(NOW - hours * HOUR);
const CLIENT = "anonymous-client-0123456789";
const RATED_AT = Date.UTC(2026, 9, 1, 12);

let shop: ExportShop;
let exported: PulledExport;
const bought = hoursAgo(20);
const viewed = hoursAgo(10);
beforeAll(async () => {
  shop = await ExportShop.open();
  await shop.addUsers(
    { userId: "1", country: "FR", features: { city: "Nantes", creditLimit: 21000, vip: true } },
    { userId: "2", country: null, features: { city: null, creditLimit: 0.5, vip: null } },
    { userId: "3", country: "US", features: { city: "Reno", creditLimit: 7, vip: false } },
  );
  await shop.addItems(
    { itemId: "A", price: 10.5, features: { scale: "1:72", id: 4 } },
    { itemId: "B", price: 20, category: "Ships", features: { scale: "1:700", id: 5 } },
    { itemId: "C" },
  );
  await shop.addRatings(
    { userId: "1", itemId: "A", rating: 4, ratedAt: RATED_AT },
    { userId: "3", itemId: "B", rating: 2 },
  );
  const items = [{ item_id: "A", quantity: 2, price: 9.5 }];
  await shop.does(
    { user: "1", name: "purchase", at: bought, params: { transaction_id: "t1", currency: "USD", items } },
    { user: "1", name: "view_item", item: "A", at: viewed },
    { user: "1", name: "view_item", item: "B", at: viewed },
    { user: "1", name: "view_item_list", at: viewed, params: { items: [{ item_id: "C" }] } },
    { client: CLIENT, name: "view_item", item: "B", at: hoursAgo(9) },
    { user: "2", name: "add_to_cart", item: "C", at: hoursAgo(8) },
    { user: "2", name: "rate_item", item: "B", at: hoursAgo(7), params: { rating: 5 } },
    { client: "another-anonymous-client-0123", name: "view_item", item: "A" },
  );
  await shop.signIn(CLIENT, "2");
  exported = await shop.export({ csv: true });
}, 120_000);
afterAll(() => shop.close());

it("writes a row per user and item, with label, counts, and both's features", async () => {
  const rows = await exported.query(
    `SELECT * EXCLUDE (user_known_since, item_known_since, last_interaction_at, rated_at), epoch_ms(last_interaction_at)::DOUBLE AS last_interaction_at,
       epoch_ms(rated_at)::DOUBLE AS rated_at FROM TRAINING ORDER BY user_id, item_id`,
  );
  const names = new Map(["1", "2", "3"].map((user) => [shop.pseudonym(user), user]));
  const none = {
    views: "0",
    carts: "0",
    removals: "0",
    purchases: "0",
    refunds: "0",
    others: "0",
    quantity: 0,
    revenue: 0,
  };
  const user1 = { user_country_code: "FR", user_city: "Nantes", user_creditLimit: 21000, user_vip: true };
  const user2 = { user_country_code: null, user_city: null, user_creditLimit: 0.5, user_vip: null };
  const user3 = { user_country_code: "US", user_city: "Reno", user_creditLimit: 7, user_vip: false };
  // The shop's own column `id` must not hide ours.
  const a = { item_name: "Item A", item_category: "Planes", item_price: 10.5, item_scale: "1:72", item_id_2: 4 };
  const b = { item_name: "Item B", item_category: "Ships", item_price: 20, item_scale: "1:700", item_id_2: 5 };
  const c = { item_name: "Item C", item_category: "Planes", item_price: 10, item_scale: null, item_id_2: null };
  const explicit = { rating_kind: "explicit", rating_rule: "explicit/1" };
  const implicit = { rating_kind: "implicit", rating_rule: expect.stringMatching(/^implicit\/1-/), rated_at: null };
  const found = rows.map((row) => ({ ...row, user_id: names.get(String(row["user_id"])) }));
  const expected = [
    {
      user_id: "1",
      item_id: "A",
      rating: 4,
      ...explicit,
      ...none,
      views: "1",
      purchases: "1",
      quantity: 2,
      revenue: 19,
      rated_at: RATED_AT,
      last_interaction_at: viewed.getTime(),
      ...user1,
      ...a,
    },
    {
      user_id: "1",
      item_id: "B",
      rating: expect.closeTo(1.97),
      ...implicit,
      ...none,
      views: "1",
      last_interaction_at: viewed.getTime(),
      ...user1,
      ...b,
    },
    {
      user_id: "2",
      item_id: "B",
      rating: 5,
      ...explicit,
      ...none,
      views: "1",
      rated_at: hoursAgo(7).getTime(),
      last_interaction_at: hoursAgo(7).getTime(),
      ...user2,
      ...b,
    },
    {
      user_id: "2",
      item_id: "C",
      rating: expect.any(Number),
      ...implicit,
      ...none,
      carts: "1",
      last_interaction_at: hoursAgo(8).getTime(),
      ...user2,
      ...c,
    },
    {
      user_id: "3",
      item_id: "B",
      rating: 2,
      ...explicit,
      ...none,
      rated_at: null,
      last_interaction_at: null,
      ...user3,
      ...b,
    },
  ];
  const order = (one: { user_id?: unknown; item_id?: unknown }): string =>
    `${String(one.user_id)} ${String(one.item_id)}`;
  const sorted = (list: readonly { user_id?: unknown; item_id?: unknown }[]) =>
    list.toSorted((one, other) => (order(one) < order(other) ? -1 : 1));
  expect(sorted(found)).toEqual(sorted(expected));
});
