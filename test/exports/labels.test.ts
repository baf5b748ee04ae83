import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { configSchema } from "../../domain/config/schema.ts";
import { impliedRating } from "../../domain/ratings/implied-rating.ts";
import endcap from "../../endcap.config.ts";
import { createRandom } from "../../scripts/random.ts";
import { DrivenShop } from "./export-drive.ts";
import { type Fact, type KnownState, LabelsHistory } from "./labels-history.ts";

/**
 * What a row of `training` must say, computed from the list of what was sent and nothing else: from what happened up to
 * the row's own last interaction.
 */
const CONFIG = configSchema.parse(endcap).ratings;
const PHASES = 5;
const DOINGS = 14;
const CHANGES = 5;

interface Expected {
  readonly facts: readonly Fact[];
  readonly source: { readonly rating: number; readonly ratedAt: number | null; readonly seen: number } | undefined;
}

let shop: DrivenShop;
beforeAll(async () => {
  shop = await DrivenShop.open();
  await shop.describeFeatures("users", { city: "text" });
  await shop.describeFeatures("items", { scale: "text" });
});
afterAll(() => shop.close());

/** Whose it is: a user's own doings, and those of a client up to the first sign-in after them. */
function ownerOf({ signIns }: LabelsHistory, shopper: string, received: number): string | null {
  if (shopper.startsWith("u:")) return shopper.slice(2);
  const next = signIns.filter(({ client, at }) => client === shopper && received <= at);
  return next.toSorted((one, other) => one.at - other.at)[0]?.user ?? null;
}

/** All pairs of user and item with which something happened, and what. */
function expectedPairs(history: LabelsHistory): Map<string, Expected> {
  const pairs = new Map<string, Expected>();
  for (const { shopper, received, fact } of history.facts) {
    const user = ownerOf(history, shopper, received);
    if (user === null) continue;
    const key = `${user} ${fact.item}`;
    pairs.set(key, { source: history.ratings.get(key), facts: [...(pairs.get(key)?.facts ?? []), fact] });
  }
  for (const [key, source] of history.ratings) if (!pairs.has(key)) pairs.set(key, { source, facts: [] });
  return pairs;
}

function countsOf(facts: readonly Fact[]) {
  const named = (...names: string[]): number =>
    facts.filter((fact) => fact.kind === "event" && names.includes(fact.name)).length;
  const orders = facts.flatMap((fact) => {
    if (fact.kind !== "order") return [];
    const { order, pieces, price } = fact;
    const of = facts.filter((other) => "order" in other && other.order === order);
    const back = of.reduce((sum, other) => sum + (other.kind === "refund" ? other.pieces : 0), 0);
    const kept = of.some(({ kind }) => kind === "cancelled") ? 0 : Math.max(0, pieces - back);
    return [{ kept, revenue: kept * price }];
  });
  return {
    views: named("view_item"),
    carts: named("add_to_cart"),
    removals: named("remove_from_cart"),
    others: named("add_to_wishlist"),
    purchases: orders.filter(({ kept }) => kept > 0).length,
    refunds: orders.filter(({ kept }) => kept === 0).length,
    quantity: orders.reduce((sum, { kept }) => sum + kept, 0),
    revenue: orders.reduce((sum, { revenue }) => sum + revenue, 0),
  };
}

/** @param asOf what recency is counted from */
function labelOf({ facts, source }: Expected, upto: number, asOf: number) {
  const counts = countsOf(facts);
  const told = facts.flatMap((fact) =>
    fact.kind === "rating" ? [{ rating: fact.rating, at: fact.at, given: fact.at }] : [],
  );
  const read =
    source === undefined ? [] : [{ rating: source.rating, at: source.ratedAt ?? source.seen, given: source.ratedAt }];
  const given = [...told, ...read].toSorted((one, other) => other.at - one.at || other.rating - one.rating)[0];
  const rating = impliedRating({ ...counts, rating: given?.rating ?? null, last_at: upto }, asOf, CONFIG);
  return { ...counts, rating: rating?.rating, rating_kind: rating?.kind, rated_at: given?.given ?? null };
}

/** The state that a row shows, and when it began. */
function shownState(states: readonly KnownState[], last: number | null): KnownState | null {
  const known = states.filter(({ value }) => value !== null);
  return known.findLast(({ began: [from] }) => last !== null && from <= last) ?? known[0] ?? null;
}

const QUERY = `SELECT * REPLACE (
    views::DOUBLE AS views, carts::DOUBLE AS carts, removals::DOUBLE AS removals, purchases::DOUBLE AS purchases,
    refunds::DOUBLE AS refunds, others::DOUBLE AS others, epoch_ms(rated_at)::DOUBLE AS rated_at,
    epoch_ms(last_interaction_at)::DOUBLE AS last_interaction_at,
    epoch_ms(user_known_since)::DOUBLE AS user_known_since, epoch_ms(item_known_since)::DOUBLE AS item_known_since)
  FROM TRAINING`;

function checkState(row: Record<string, unknown>, of: "user" | "item", states: readonly KnownState[]): void {
  const last = row["last_interaction_at"] as number | null;
  const shown = shownState(states, last);
  const since = row[`${of}_known_since`];
  const columns = of === "user" ? ["user_country_code", "user_city"] : ["item_name", "item_price", "item_scale"];
  if (shown === null) {
    expect([since, ...columns.map((name) => row[name])]).toEqual([null, ...columns.map(() => null)]);
    return;
  }
  expect(row).toMatchObject(shown.value ?? {});
  const [from, to] = shown.began;
  expect(since).toBeGreaterThanOrEqual(from);
  expect(since).toBeLessThanOrEqual(to);
  const [firstKnown] = states;
  if (last !== null && firstKnown !== undefined && last < firstKnown.began[0]) expect(since).toBeGreaterThan(last);
}

describe("a row of training data", () => {
  it.each([1, 2])(
    "says what was so when its last interaction happened (history %i)",
    { timeout: 60_000 },
    async (seed) => {
      const history = new LabelsHistory(shop, seed, createRandom(seed));
      for (let phase = 0; phase < PHASES; phase++) await history.phase(DOINGS, CHANGES);
      const exported = await shop.export({ params: { userIds: "raw" } });
      const asOf = Date.parse(exported.manifest.as_of);
      const rows = await exported.query(`${QUERY} WHERE item_id LIKE 's${seed}-%'`);
      const pairs = expectedPairs(history);
      const found = new Set<string>();
      let earlier = 0;
      for (const row of rows) {
        const [user, item] = [String(row["user_id"]), String(row["item_id"])];
        found.add(`${user} ${item}`);
        const pair = pairs.get(`${user} ${item}`) ?? { facts: [], source: undefined };
        const times = [
          ...pair.facts.map(({ at }) => at),
          ...(pair.source?.ratedAt == null ? [] : [pair.source.ratedAt]),
        ];
        const last = times.length === 0 ? null : Math.max(...times);
        expect(row["last_interaction_at"]).toBe(last);
        // No more than what had happened by then.
        const facts = pair.facts.filter(({ at }) => at <= (last ?? 0));
        expect(row).toMatchObject(labelOf({ ...pair, facts }, last ?? 0, asOf));
        const [users, items] = [history.states.get(user) ?? [], history.states.get(item) ?? []];
        checkState(row, "user", users);
        checkState(row, "item", items);
        if ((users.at(-1)?.began[0] ?? 0) > (last ?? 0)) earlier += 1;
      }
      for (const [key, pair] of pairs) {
        const { rating } = labelOf(pair, asOf, asOf);
        expect([key, found.has(key)]).toEqual([key, rating !== undefined]);
      }
      // The history is worth something: rows that show an earlier user than today's.
      expect(rows.length).toBeGreaterThan(8);
      expect(earlier).toBeGreaterThan(2);
    },
  );
});
