import { setTimeout as sleep } from "node:timers/promises";

import type { Interaction } from "../../domain/events/interaction.ts";
import { pushUsers } from "../../platform/d1/push-store.ts";
import { deleteRecord, storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { item } from "../support/catalogue.ts";
import type { DrivenShop } from "./export-drive.ts";
import { pick } from "../sync/property/changes.ts";

const HOUR = 60 * 60 * 1000;
/** D1 of a test has the test's clock: whatever is further apart than this is in order. */
const PAUSE_MILLISECONDS = 4;
/** Names of events that count, each under a column of its own but the last two. */
const VIEWING = ["view_item", "view_item", "view_item", "add_to_cart", "remove_from_cart", "add_to_wishlist"] as const;

/** Something that a shopper did, as the test sent it. Times are milliseconds since 1970 UTC. */
export type Fact =
  | { readonly kind: "event"; readonly name: (typeof VIEWING)[number]; readonly item: string; readonly at: number }
  | { readonly kind: "rating"; readonly rating: number; readonly item: string; readonly at: number }
  | {
      readonly kind: "order";
      readonly order: string;
      readonly item: string;
      readonly at: number;
      readonly pieces: number;
      readonly price: number;
    }
  /** Pieces of an order were given back. */
  | {
      readonly kind: "refund";
      readonly order: string;
      readonly item: string;
      readonly at: number;
      readonly pieces: number;
    }
  /** The replica says that the order is cancelled; nobody knows when that was, only when we saw it. */
  | { readonly kind: "cancelled"; readonly order: string; readonly item: string; readonly at: number };

/** What a user or an item was from some moment within a change on; null: not there. */
export interface KnownState {
  readonly began: readonly [from: number, to: number];
  readonly value: Readonly<Record<string, string | number | null>> | null;
}

interface Order {
  readonly shopper: string;
  readonly received: number;
  readonly lines: readonly { readonly item_id: string; readonly quantity: number; readonly price: number }[];
}

/** A random history of a few users and items, and everything that a test needs to say what follows from it. */
export class LabelsHistory {
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** By shopper, as the events said it: `u:…` or `c:…`. */
  readonly facts: { readonly shopper: string; readonly received: number; readonly fact: Fact }[] = [];
  readonly signIns: { readonly client: string; readonly user: string; readonly at: number }[] = [];
  /** By user and item: what the replica has. */
  readonly ratings = new Map<string, { rating: number; ratedAt: number | null; seen: number }>();
  readonly states = new Map<string, KnownState[]>();
  readonly #shop: DrivenShop;
  readonly #random: () => number;
  readonly #seed: number;
  readonly #clients: readonly string[];
  readonly #orders = new Map<string, Order>();
  #number = 0;
  #received = 0;

  constructor(shop: DrivenShop, seed: number, random: () => number) {
    [this.#shop, this.#seed, this.#random] = [shop, seed, random];
    const named = (kind: string, count: number): string[] =>
      Array.from({ length: count }, (_, number) => `s${seed}-${kind}${number}`);
    // Nobody ever tells of the last user and the last item.
    [this.users, this.items, this.#clients] = [named("u", 4), named("i", 4), named("c", 3)];
  }

  /** One phase: things are done, then records change. Clocks go on between the two. */
  async phase(doings: number, changes: number): Promise<void> {
    await sleep(PAUSE_MILLISECONDS);
    for (let left = doings; left > 0; left--) await this.#do();
    for (let left = changes; left > 0; left--) await this.#change();
    await sleep(PAUSE_MILLISECONDS);
  }

  get #shopper(): string {
    return this.#random() < 0.6 ? `u:${pick(this.#random, this.users)}` : `c:${pick(this.#random, this.#clients)}`;
  }

  /** Now and then something is told much later than it happened: before anything was known of user and item. */
  #time(): number {
    return this.#random() < 0.15 ? Date.now() - Math.floor(this.#random() * 48 * HOUR) - HOUR : Date.now();
  }

  /** Rises: what came before a sign-in is the user's. */
  #receive(): number {
    this.#received = Math.max(this.#received + 1, Date.now());
    return this.#received;
  }

  async #tell(shopper: string, at: number, received: number, rest: Pick<Interaction, "name" | "items" | "params">) {
    const id = `s${this.#seed}-${this.#number++}`;
    await this.#shop.tell({ event_id: id, shopper, at, received_at: received, ...rest });
  }

  async #do(): Promise<void> {
    const random = this.#random;
    const shopper = this.#shopper;
    const [at, received] = [this.#time(), this.#receive()];
    const what = random();
    if (what < 0.45) {
      const [name, item] = [pick(random, VIEWING), pick(random, this.items)];
      await this.#tell(shopper, at, received, { name, items: [{ item_id: item }], params: {} });
      this.facts.push({ shopper, received, fact: { kind: "event", name, item, at } });
    } else if (what < 0.55) {
      const [rating, item] = [1 + Math.floor(random() * 5), pick(random, this.items)];
      await this.#tell(shopper, at, received, { name: "rate_item", items: [{ item_id: item }], params: { rating } });
      this.facts.push({ shopper, received, fact: { kind: "rating", rating, item, at } });
    } else if (what < 0.75) await this.#buy(shopper, at, received);
    else if (what < 0.88) await this.#giveBack(at, received);
    else if (what < 0.94) await this.#cancel();
    else await this.#signIn(received);
  }

  async #buy(shopper: string, at: number, received: number): Promise<void> {
    const order = `s${this.#seed}-t${this.#number}`;
    const bought = this.items.filter(() => this.#random() < 0.4);
    const lines = bought.map((item_id) => ({ item_id, quantity: 1 + Math.floor(this.#random() * 3), price: 2.5 }));
    if (lines.length === 0) return;
    await this.#tell(shopper, at, received, {
      name: "purchase",
      items: lines,
      params: { transaction_id: order, currency: "USD" },
    });
    this.#orders.set(order, { shopper, received, lines });
    for (const { item_id: item, quantity: pieces, price } of lines) {
      this.facts.push({ shopper, received, fact: { kind: "order", order, item, at, pieces, price } });
    }
  }

  /** Some pieces, all of them, or more than there were. */
  async #giveBack(at: number, received: number): Promise<void> {
    const [order, known] = pick(this.#random, [...this.#orders, [null, null] as const]);
    if (order === null || known === null) return;
    const line = pick(this.#random, known.lines);
    const pieces = 1 + Math.floor(this.#random() * 3);
    const items = [{ ...line, quantity: pieces }];
    await this.#tell(known.shopper, at, received, {
      name: "refund",
      items,
      params: { transaction_id: order, currency: "USD" },
    });
    // Whose it is goes by the purchase.
    const fact: Fact = { kind: "refund", order, item: line.item_id, at, pieces };
    this.facts.push({ shopper: known.shopper, received: known.received, fact });
  }

  async #cancel(): Promise<void> {
    const random = this.#random;
    const order = `s${this.#seed}-r${this.#number++}`;
    const user = pick(random, this.users);
    const item = pick(random, this.items);
    const [at, received] = [this.#time(), this.#receive()];
    const said = {
      transaction_id: order,
      user_id: user,
      at,
      date_only: false,
      lines: [{ item_id: item, quantity: 2, price: 4 }],
    };
    await this.#shop.ledgers.appendOrder({ ...said, version: 1, cancelled: false, seen_at: Date.now() });
    const shopper = `u:${user}`;
    this.facts.push({ shopper, received, fact: { kind: "order", order, item, at, pieces: 2, price: 4 } });
    if (random() < 0.5) return;
    const seen = Date.now();
    await this.#shop.ledgers.appendOrder({ ...said, version: 2, cancelled: true, seen_at: seen });
    this.facts.push({ shopper, received, fact: { kind: "cancelled", order, item, at: seen } });
  }

  async #signIn(received: number): Promise<void> {
    const [client, user] = [pick(this.#random, this.#clients), pick(this.#random, this.users)];
    const params = { client: `c:${client}` };
    await this.#tell(`u:${user}`, Date.now(), received, { name: "sign_in", items: [], params });
    this.signIns.push({ client: `c:${client}`, user, at: received });
  }

  async #change(): Promise<void> {
    const random = this.#random;
    const { db } = this.#shop;
    await sleep(PAUSE_MILLISECONDS);
    const from = Date.now();
    const value = `v${this.#number++}`;
    const [user, code] = [pick(random, this.users.slice(0, -1)), pick(random, this.items.slice(0, -1))];
    const stateOf = (id: string): KnownState["value"] => this.states.get(id)?.at(-1)?.value ?? null;
    const changed: [id: string, value: KnownState["value"]][] = [];
    const what = random();
    if (what < 0.3) {
      await this.#shop.store(storeUser(db, { userId: user, country: "FR", features: { city: value } }));
      changed.push([user, { user_country_code: "FR", user_city: value }]);
    } else if (what < 0.45) {
      const before = stateOf(user);
      if (before === null) return;
      const country = `${String.fromCharCode(65 + (this.#number % 26))}X`;
      await pushUsers(db, [{ id: user, fields: { country } }], new Date());
      if (before["user_country_code"] !== country) changed.push([user, { ...before, user_country_code: country }]);
    } else if (what < 0.75) {
      const price = this.#number;
      await this.#shop.store(storeItem(db, item(code, { name: value, price, features: { scale: value } })));
      changed.push([code, { item_name: value, item_price: price, item_scale: value }]);
    } else if (what < 0.82) {
      if (stateOf(code) === null) return;
      await this.#shop.store(deleteRecord(db, "items", code));
      changed.push([code, null]);
    } else {
      const ratedAt = random() < 0.5 ? this.#time() : null;
      const rating = 1 + Math.floor(random() * 5);
      const [rater, rated] = [pick(random, this.users), pick(random, this.items)];
      const key = `${rater} ${rated}`;
      const before = this.ratings.get(key);
      await this.#shop.store(storeRating(db, { userId: rater, itemId: rated, rating, ratedAt }));
      if (before?.rating !== rating || before.ratedAt !== ratedAt)
        this.ratings.set(key, { rating, ratedAt, seen: from });
    }
    await sleep(PAUSE_MILLISECONDS);
    for (const [id, value] of changed) {
      this.states.set(id, [...(this.states.get(id) ?? []), { began: [from, Date.now()], value }]);
    }
  }
}
