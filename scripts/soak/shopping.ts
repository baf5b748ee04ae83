import { createRandom } from "../random.ts";
import { BATCH_EVENTS_MAX, EVENTS_PER_SHOPPER, SHOPPERS_MAX } from "./limits.ts";

/** One request of the soak: some new events of one shopper, and some that were sent before. */
export interface Batch {
  readonly body: string;
  /** For each event of the body, in its order, its number. */
  readonly numbers: readonly number[];
  /** How many of them are new. */
  readonly fresh: number;
  /** Whether it is sent again when its answer is lost: a browser that was closed does not. */
  readonly retried: boolean;
}

interface Sent {
  readonly number: number;
  readonly event: object;
}

const SHOPPERS_MIN = 50;
const ITEMS = 1_000;
const LOOK_BACK_MILLISECONDS = 3 * 60 * 60 * 1_000;
/** Shares of all events, or of all requests, 0 to 1. Together the repetitions are about one event in twenty. */
const SHARES = { repeatedWithin: 0.15, repeatedLater: 0.12, wholeAgain: 0.02, givenUp: 0.3, withTime: 0.2 } as const;
const LATER_EVENTS_MAX = 3;
const WHOLE_KEPT = 100;
/** Of ten shoppers so many are known users; then one signs in half-way, and one agrees to analytics only. */
const USERS_IN_TEN = 3;
const SIGNING_IN = 8;
const ANALYTICS_ONLY = 9;
const KINDS = 10;

function idOf(prefix: string, n: number): string {
  return `${prefix}-${String(n).padStart(22, "0")}`;
}

/** The id of an event by its number. */
export function eventIdOf(number: number): string {
  return `soak-${number}`;
}

/** How many shoppers a soak of so many events has. */
export function shoppersOf(events: number): number {
  return Math.max(SHOPPERS_MIN, Math.min(SHOPPERS_MAX, Math.round(events / EVENTS_PER_SHOPPER)));
}

/** What many shoppers do, drawn from a seed: `events` new events, and repetitions of some of them. Memory is bounded. */
export class Shopping {
  readonly #random: () => number;
  readonly #events: number;
  readonly #shoppers: number;
  /** The last events of each shopper under the identity that sent them, for repetitions in a later request. */
  readonly #lately = new Map<string, readonly Sent[]>();
  readonly #whole: Batch[] = [];
  #made = 0;
  #repeated = 0;

  constructor(events: number, seed: number) {
    this.#events = events;
    this.#shoppers = shoppersOf(events);
    this.#random = createRandom(seed);
  }

  /** New events that were drawn so far. */
  get made(): number {
    return this.#made;
  }

  /** Events that were drawn again. */
  get repeated(): number {
    return this.#repeated;
  }

  /** @param now milliseconds since 1970 UTC. @returns null when all events were drawn */
  next(now: number): Batch | null {
    if (this.#made >= this.#events) return null;
    if (this.#random() < SHARES.wholeAgain) {
      const again = this.#whole[this.#below(this.#whole.length)];
      if (again !== undefined) {
        this.#repeated += again.numbers.length;
        return { ...again, fresh: 0 };
      }
    }
    const batch = this.#draw(now);
    if (this.#whole.length < WHOLE_KEPT) this.#whole.push(batch);
    else this.#whole[this.#below(WHOLE_KEPT)] = batch;
    return batch;
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  #draw(now: number): Batch {
    const shopper = this.#below(this.#shoppers);
    const identity = this.#identityOf(shopper);
    const key = JSON.stringify(identity);
    const fresh = Math.min(1 + this.#below(BATCH_EVENTS_MAX), this.#events - this.#made);
    const sent: Sent[] = Array.from({ length: fresh }, () => this.#event(now));
    const again: Sent[] = [];
    if (this.#random() < SHARES.repeatedLater) again.push(...(this.#lately.get(key) ?? []));
    const within = sent[this.#below(sent.length)];
    if (within !== undefined && this.#random() < SHARES.repeatedWithin) again.push(within);
    this.#repeated += again.length;
    this.#lately.set(key, sent.slice(-LATER_EVENTS_MAX));
    const all = [...again, ...sent];
    return {
      body: JSON.stringify({ ...identity, events: all.map(({ event }) => event) }),
      numbers: all.map(({ number }) => number),
      fresh,
      retried: this.#random() >= SHARES.givenUp,
    };
  }

  #identityOf(shopper: number): object {
    const kind = shopper % KINDS;
    const client = { client_id: idOf("soak-client", shopper) };
    const user = { user_id: idOf("soak-user", shopper) };
    if (kind < USERS_IN_TEN) return user;
    // First anonymous, later by name; a client that goes on anonymously now and then has its reasons.
    if (kind === SIGNING_IN) return this.#random() < this.#made / this.#events ? { ...client, ...user } : client;
    if (kind === ANALYTICS_ONLY) return { ...client, consent: { personalization: false, analytics: true } };
    return client;
  }

  #event(now: number): Sent {
    const number = this.#made++;
    const event_id = eventIdOf(number);
    // Squared: some items are looked at far more often than others.
    const item_id = `item-${Math.floor(this.#random() ** 2 * ITEMS)}`;
    const timestamp =
      this.#random() < SHARES.withTime ? new Date(now - this.#below(LOOK_BACK_MILLISECONDS)).toISOString() : undefined;
    const frame = { event_id, ...(timestamp === undefined ? {} : { timestamp }) };
    const kind = this.#random();
    if (kind < 0.72) return { number, event: { ...frame, name: "view_item", params: { items: [{ item_id }] } } };
    if (kind < 0.9) {
      const items = [{ item_id, quantity: 1 + this.#below(3) }];
      return { number, event: { ...frame, name: "add_to_cart", params: { items } } };
    }
    if (kind < 0.97) {
      const items = [{ item_id, quantity: 1 + this.#below(3), price: 1 + this.#below(200) }];
      const params = { transaction_id: `soak-order-${number}`, currency: "USD", items };
      return { number, event: { ...frame, name: "purchase", params } };
    }
    return { number, event: { ...frame, name: "search", params: { search_term: `model ${item_id}` } } };
  }
}
