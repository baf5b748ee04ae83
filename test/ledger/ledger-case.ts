import { makeRecommendationId } from "../../domain/attribution/recommendation-id.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";

/** What happened around a few shoppers and items that belong to no other case: each fact once. */
export interface LedgerCase {
  readonly events: readonly Interaction[];
  /** Every reading of every order. */
  readonly orders: readonly ReplicaOrder[];
}

export const HOUR = 3_600_000;
/** The shelf from which every recommendation of a case comes. */
export const PLACEMENT = "product";
export const STRATEGY = "similar";
const NAMES = [
  "view_item",
  "view_item",
  "view_item",
  "add_to_cart",
  "remove_from_cart",
  "add_to_wishlist",
  "rate_item",
];
const COUNTRIES = ["FR", "DE", undefined];
/** The shop's, one with a rate, and one that has to be kept apart. */
const CURRENCIES = ["USD", "USD", "EUR", "JPY"];
/** Prices add up exactly in binary. */
const PRICE_STEP = 0.25;

/**
 * A case of its own shoppers, items and orders.
 * @param name no other case's
 * @param start milliseconds since 1970 UTC, the beginning of a day; everything happens within some hours after
 */
export function drawCase(random: () => number, name: string, start: number): LedgerCase {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  const items = Array.from({ length: 1 + below(4) }, (_, n) => `${name}-item-${n}`);
  const users = Array.from({ length: 1 + below(2) }, (_, n) => `u:${name}-${n}`);
  const clients = Array.from({ length: below(3) }, (_, n) => `c:${name}-${n}`);
  const signedIn = new Map(clients.filter(() => random() < 0.7).map((client) => [client, pick(users)]));
  const shoppers = [...users, ...clients, ...(random() < 0.3 ? [`x:${name}`] : [])];
  const recommendation = makeRecommendationId(
    { placement: PLACEMENT, modelVersion: name, arm: null, shelves: [{ strategy: STRATEGY, itemIds: items }] },
    new Uint8Array(12).fill(below(256)),
  );
  const attribution = { recommendation_id: recommendation, rule: "explicit/1" };
  const events: Interaction[] = [];
  const orders: ReplicaOrder[] = [];
  const moment = (): { at: number; received_at: number } => {
    const at = start + below(4 * HOUR);
    return { at, received_at: at };
  };
  const event = (rest: Partial<Interaction>): void => {
    const country = pick(COUNTRIES);
    events.push({
      event_id: `${name}-${events.length}`,
      name: "view_item",
      shopper: pick(shoppers),
      ...moment(),
      items: [{ item_id: pick(items) }],
      params: {},
      ...(country === undefined ? {} : { country }),
      ...rest,
    });
  };

  for (let n = below(12); n >= 0; n--) {
    const kind = pick(NAMES);
    const tied = kind === "add_to_cart" && random() < 0.5 ? { attribution } : {};
    event({
      name: kind,
      items: [...new Set([pick(items), pick(items)])].map((item_id) => ({ item_id, ...tied })),
      params: kind === "rate_item" ? { rating: 1 + below(5) } : {},
    });
  }
  if (random() < 0.5) {
    event({ name: "view_item_list", items: items.map((item_id) => ({ item_id })), recommendation_id: recommendation });
    event({ name: "select_item", items: [{ item_id: pick(items), attribution }] });
  }
  for (let n = below(3); n > 0; n--) {
    const transaction_id = `${name}-order-${n}`;
    const lines = [...new Set([pick(items), pick(items)])].map((item_id) => ({
      item_id,
      quantity: 1 + below(4),
      price: (1 + below(40)) * PRICE_STEP,
      ...(random() < 0.4 ? { attribution } : {}),
    }));
    const params = { transaction_id, currency: pick(CURRENCIES) };
    const told = random();
    if (told < 0.8) {
      // The storefront may tell of it twice, under two event ids.
      for (let time = below(2); time >= 0; time--) event({ name: "purchase", items: lines, params });
    }
    for (let refunds = below(3) - 1; refunds > 0; refunds--) {
      event({ name: "refund", items: [{ item_id: pick(lines).item_id, quantity: 1 + below(3) }], params });
    }
    if (told > 0.4) {
      const user_id = pick(users).slice("u:".length);
      for (let version = 1; version <= 1 + below(3); version++) {
        orders.push({
          transaction_id,
          version,
          user_id,
          at: start,
          date_only: true,
          cancelled: random() < 0.3,
          country: "NL",
          lines: lines.map(({ item_id, quantity, price }) => ({
            item_id,
            quantity: random() < 0.3 ? quantity + 1 : quantity,
            price,
          })),
        });
      }
    }
  }
  // What a client does ends with the sign-in: it was received before, and may come later.
  for (const [client, user] of signedIn) {
    event({
      name: "sign_in",
      shopper: user,
      items: [],
      params: { client },
      at: start + 5 * HOUR,
      received_at: start + 5 * HOUR,
    });
  }
  return { events, orders };
}
