import { rememberFeatures } from "../../platform/d1/feature-store.ts";
import { beginSyncRun, finishSyncRun, writeLag } from "../../platform/d1/sync-run-store.ts";
import type { ExportShop } from "./export-shop.ts";

const HOUR = 60 * 60 * 1000;
const NOW = Math.floor(Date.now() / 1000) * 1000;
const hoursAgo = (hours: number): Date => new Date(NOW - hours * HOUR);

/** Signs in as user 2. */
export const CLIENT = "anonymous-client-0123456789";
/** Never signs in. */
export const STRANGER = "another-anonymous-client-0123";
export const RATED_AT = Date.UTC(2026, 9, 1, 12);
export const BOUGHT_AT = hoursAgo(20);
export const VIEWED_AT = hoursAgo(10);
export const CARRIED_AT = hoursAgo(8);
export const TOLD_AT = hoursAgo(7);
/** Looked at by one who signs in, by one who does not, and by one who does not consent. */
export const LOOKED_AT = hoursAgo(9);

/** The sync run that the catalogue comes from. */
export const RUN_ID = "run-of-the-story";
export const LAG_SECONDS = 12;

/** What three users do in a shop of four items; user 4 does nothing, and the replica rates for user 3. */
export async function tellStory(shop: ExportShop): Promise<void> {
  const { DB } = shop.runtime.env;
  await shop.addUsers(
    { userId: "1", country: "FR", features: { city: "Nantes", creditLimit: 21000, vip: true } },
    { userId: "2", country: null, features: { city: null, creditLimit: 0.5, vip: null } },
    { userId: "3", country: "US", features: { city: "Reno", creditLimit: 7, vip: false } },
    { userId: "4", country: "DE", features: { city: 'Bad "Ems",\nwest', creditLimit: null, vip: null } },
  );
  await shop.addItems(
    { itemId: "A", price: 10.5, features: { scale: "1:72", id: 4 } },
    { itemId: "B", price: 20, category: "Ships", features: { scale: "", id: 5 } },
    { itemId: "C" },
    { itemId: "D, unseen" },
  );
  await shop.addRatings(
    { userId: "1", itemId: "A", rating: 4, ratedAt: RATED_AT },
    { userId: "3", itemId: "B", rating: 2 },
  );
  const city = { name: "city", kind: "text", state: "active", was: null } as const;
  await rememberFeatures(DB, "users", [city], hoursAgo(1));
  const run = await beginSyncRun(DB, RUN_ID, "manual", "running", hoursAgo(1));
  await writeLag(DB, run, LAG_SECONDS);
  await finishSyncRun(DB, run, { state: "complete", entities: {} }, hoursAgo(0.5));
  const items = [{ item_id: "A", quantity: 2, price: 9.5 }];
  await shop.does(
    { user: "1", name: "purchase", at: BOUGHT_AT, params: { transaction_id: "t1", currency: "USD", items } },
    { user: "1", name: "view_item", item: "A", at: VIEWED_AT },
    { user: "1", name: "view_item", item: "B", at: VIEWED_AT },
    { user: "1", name: "view_item_list", at: VIEWED_AT, params: { items: [{ item_id: "C" }] } },
    // Put into the cart and taken out of it as often as it says nothing any more.
    { user: "3", name: "remove_from_cart", item: "C", at: CARRIED_AT },
    { client: CLIENT, name: "view_item", item: "B", at: LOOKED_AT },
    { user: "2", name: "add_to_cart", item: "C", at: CARRIED_AT },
    { user: "2", name: "rate_item", item: "B", at: TOLD_AT, params: { rating: 5 } },
    { client: STRANGER, name: "view_item", item: "A", at: LOOKED_AT },
    { user: "4", name: "view_item", item: "A", at: LOOKED_AT, isPersonal: false },
  );
  await shop.signIn(CLIENT, "2");
}

const NOTHING_DONE = {
  views: "0",
  carts: "0",
  removals: "0",
  purchases: "0",
  refunds: "0",
  others: "0",
  quantity: 0,
  revenue: 0,
};
const USERS = {
  "1": { user_country_code: "FR", user_city: "Nantes", user_creditLimit: 21000, user_vip: true },
  "2": { user_country_code: null, user_city: null, user_creditLimit: 0.5, user_vip: null },
  "3": { user_country_code: "US", user_city: "Reno", user_creditLimit: 7, user_vip: false },
  "4": { user_country_code: "DE", user_city: 'Bad "Ems",\nwest', user_creditLimit: null, user_vip: null },
} as const;
// The shop's own column `id` must not hide ours.
const ITEMS = {
  A: { item_name: "Item A", item_category: "Planes", item_price: 10.5, item_scale: "1:72", item_id_2: 4 },
  B: { item_name: "Item B", item_category: "Ships", item_price: 20, item_scale: "", item_id_2: 5 },
  C: { item_name: "Item C", item_category: "Planes", item_price: 10, item_scale: null, item_id_2: null },
  "D, unseen": {
    item_name: "Item D, unseen",
    item_category: "Planes",
    item_price: 10,
    item_scale: null,
    item_id_2: null,
  },
} as const;

export const STORY_USERS = Object.entries(USERS).map(([user_id, rest]) => ({ user_id, ...rest }));
export const STORY_ITEMS = Object.entries(ITEMS).map(([item_id, rest]) => ({ item_id, ...rest }));

function pair(user: keyof typeof USERS, item: keyof typeof ITEMS, rest: object) {
  return { user_id: user, item_id: item, ...NOTHING_DONE, rated_at: null, ...rest, ...USERS[user], ...ITEMS[item] };
}
const explicit = (rating: number) => ({ rating, rating_kind: "explicit", rating_rule: "explicit/1" });
/** @param rule the rule of implied ratings @param rating anything that compares equal to it */
const implicit = (rule: unknown, rating: unknown) => ({ rating, rating_kind: "implicit", rating_rule: rule });

/** The rows of `training` without the times since when user and item are known: they are those of the test's run. */
export const storyRows = (rule: unknown, rating: (value: number) => unknown) => [
  pair("1", "A", {
    ...explicit(4),
    views: "1",
    purchases: "1",
    quantity: 2,
    revenue: 19,
    rated_at: RATED_AT,
    last_interaction_at: VIEWED_AT.getTime(),
  }),
  pair("1", "B", { ...implicit(rule, rating(1.97)), views: "1", last_interaction_at: VIEWED_AT.getTime() }),
  pair("2", "B", {
    ...explicit(5),
    views: "1",
    rated_at: TOLD_AT.getTime(),
    last_interaction_at: TOLD_AT.getTime(),
  }),
  pair("2", "C", { ...implicit(rule, rating(2.86)), carts: "1", last_interaction_at: CARRIED_AT.getTime() }),
  pair("3", "B", { ...explicit(2), last_interaction_at: null }),
  pair("3", "C", { ...implicit(rule, rating(1)), removals: "1", last_interaction_at: CARRIED_AT.getTime() }),
];
