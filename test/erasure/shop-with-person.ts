import config from "../../endcap.config.ts";
import { SIGN_IN } from "../../domain/ledger/routing.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { keepDeadLetter } from "../../platform/quarantine/keep-dead-letter.ts";
import { dataSecret } from "../../platform/quarantine/seal.ts";
import { runSync } from "../../workers/workflows/sync/run-sync.ts";
import { workerServices } from "../../workers/workflows/sync/worker-services.ts";
import { Ledgers } from "../durable-objects/ledger-world.ts";
import { eventually, type TestRuntime } from "../support/runtime.ts";
import type { ShopDatabase } from "../sync/shop-database.ts";
import { everythingKept, type Kept, placesWith } from "./everything.ts";

/** Somebody who browses, signs in, buys, rates, and of whom some things could not be taken. */
export interface TestPerson {
  /** A customer number that is no other number. */
  readonly userId: string;
  readonly clientId: string;
  /** In what they alone say: a search term, a city. */
  readonly word: string;
  /** Begins the ids of their events. */
  readonly eventId: string;
  readonly orders: { readonly replica: number; readonly storefront: string };
}

export const PERSON: TestPerson = {
  userId: "918273645",
  clientId: "browser-of-the-person-0001",
  word: "tellingperson",
  eventId: "event-of-nine",
  orders: { replica: 30_001, storefront: "web-of-nine" },
};
export const OTHER: TestPerson = {
  userId: "827364519",
  clientId: "browser-of-the-other-00001",
  word: "tellingother",
  eventId: "event-of-eight",
  orders: { replica: 30_002, storefront: "web-of-eight" },
};

/** What names somebody, or only they say. */
function wordsOf({ userId, clientId, word }: TestPerson): string[] {
  return [userId, clientId, word];
}

/** Their pseudonyms, the user's and the browser's. */
function pseudonymsOf(runtime: TestRuntime, { userId, clientId }: TestPerson): string[] {
  return [`u:${userId}`, `c:${clientId}`].map(pseudonymizer(dataSecret(runtime.env)));
}

/** What must be nowhere once somebody is erased. */
export function textsOf(runtime: TestRuntime, person: TestPerson): string[] {
  return [...wordsOf(person), ...pseudonymsOf(runtime, person)];
}

/**
 * The places in which something of somebody is, but for those that must know whom to keep out: D1 and the ledger by
 * pseudonyms and nothing else, the ledger also by browsers whose later doings must not become anybody's. Ids of events are known to the ledger
 * for three weeks, and with their orders for ever: that an event came before.
 */
export function placesOf(runtime: TestRuntime, kept: Kept, person: TestPerson): string[] {
  const named = placesWith(kept, wordsOf(person)).filter((place) => !/^INTERACTION_LEDGER \S+ aliases$/.test(place));
  const known = placesWith(kept, pseudonymsOf(runtime, person)).filter(
    (place) => !/^(?:D1 erased_users|INTERACTION_LEDGER \S+ erased)$/.test(place),
  );
  const events = placesWith(kept, [person.eventId]).filter(
    (place) => !/^INTERACTION_LEDGER \S+ (?:ids_\d|orders)$/.test(place),
  );
  return [...new Set([...named, ...known, ...events])];
}

/** Brings everything to D1 and the lake that waits in the ledgers. */
export async function flushAll(runtime: TestRuntime): Promise<void> {
  await new Ledgers(runtime).flush();
}

/** A run of the sync's own code over the shop's database. */
export async function syncNow(runtime: TestRuntime, shop: ShopDatabase): Promise<void> {
  const services = {
    ...workerServices(runtime.env, config),
    openSource: () => openReplica(shop.url, config.sync.statementSeconds),
  };
  const step = { do: <Value>(_name: string, work: () => Promise<Value>): Promise<Value> => work() };
  const ended = await runSync(services, step, { runId: crypto.randomUUID(), trigger: "manual" }, async () => undefined);
  if (ended?.state !== "complete") throw new Error(`The sync ended ${JSON.stringify(ended)}.`);
}

/** Adds somebody to the shop's own database: a customer, an order, a rating, and a rating that breaks its contract. */
export async function becomeCustomer(shop: ShopDatabase, { userId, orders }: TestPerson): Promise<void> {
  await shop.sql(`INSERT INTO [customers] VALUES (${userId}, 'Somebody', 'Brest', '29200', 'France', 100)`);
  await shop.sql(`INSERT INTO [orders] VALUES (${orders.replica}, '2026-05-03', 'Shipped', ${userId})`);
  await shop.sql(`INSERT INTO [orderdetails] VALUES (${orders.replica}, 'P18_1003', 3, 99.50)`);
  await shop.sql(`INSERT INTO [ratings] VALUES (${userId}, 'P10_1001', 4), (${userId}, 'P10_1002', 9)`);
}

async function accepted(runtime: TestRuntime, body: Record<string, unknown>, expected: number): Promise<void> {
  const answer = await runtime.call("/v1/events", { body });
  if (answer.status !== 202 || answer.body.accepted !== expected) throw new Error(JSON.stringify(answer.body));
}

/** Browses anonymously, signs in, buys, rates, searches, is served, and sends what cannot be taken. */
export async function shop(runtime: TestRuntime, person: TestPerson): Promise<void> {
  const { userId, clientId, word, eventId, orders } = person;
  const items = [{ item_id: "P10_1001", quantity: 2, price: 80 }];
  const event = (id: string, name: string, params: Record<string, unknown> = {}): object => ({
    event_id: `${eventId}-${id}`,
    name,
    params: { items, ...params },
  });
  await accepted(
    runtime,
    { client_id: clientId, session_id: `${word}-visit`, events: [event("1", "view_item"), event("2", "add_to_cart")] },
    2,
  );
  await runtime.call("/v1/recommendations", { body: { client_id: clientId, placement: "home", country: "FR" } });
  const both = { user_id: userId, client_id: clientId };
  await accepted(
    runtime,
    {
      ...both,
      events: [
        event("3", "view_item"),
        event("4", "search", { search_term: `${word} shoes`, note: `${word} was here` }),
        event("5", "rate_item", { rating: 5 }),
        event("6", "purchase", { transaction_id: orders.storefront, currency: "USD" }),
        { ...event("7", "view_item"), name: "no_such_event" },
      ],
    },
    4,
  );
  await runtime.call("/v1/recommendations", { body: { ...both, placement: "home", country: "FR" } });
  await runtime.call(`/v1/users/${userId}`, { method: "PUT", body: { features: { city: word } } });
}

/** A message that nobody could process: events of both, an answer that was served to both. */
export async function keepLetters(runtime: TestRuntime, people: readonly TestPerson[]): Promise<void> {
  const at = Date.now();
  const interactions = people.map(({ userId, eventId }) => ({
    event_id: `${eventId}-dead`,
    name: "view_item",
    shopper: `u:${userId}`,
    at,
    received_at: at,
    items: [],
    params: {},
  }));
  const answers = people.map(({ clientId }, place) => ({
    recommendation_id: `dead-${place}`,
    at,
    shopper: `c:${clientId}`,
    placement: "home",
    model_version: null,
    arm: null,
    degraded: [],
    latency_ms: 1,
    shelves: [],
  }));
  const message = (id: string, body: unknown): Pick<Message, "id" | "timestamp" | "attempts" | "body"> => ({
    id,
    timestamp: new Date(at),
    attempts: 1,
    body,
  });
  await keepDeadLetter(runtime.env, "events", message("1", { format: 1, interactions }), new Error("poison"));
  await keepDeadLetter(runtime.env, "served", message("2", { format: 1, lost: 0, answers }), new Error("poison"));
}

/** Waits until what somebody did has come from the queues: their sign-in, what was served, what was rejected. */
export async function untilArrived(runtime: TestRuntime, people: readonly TestPerson[]): Promise<void> {
  const pseudonym = pseudonymizer(dataSecret(runtime.env));
  await eventually(async () => {
    await flushAll(runtime);
    const texts = [...(await everythingKept(runtime))];
    const has = (place: string, ...wanted: string[]): boolean =>
      texts.some(([where, text]) => where.startsWith(place) && wanted.every((one) => text.includes(one)));
    return people.every(
      ({ userId, clientId, eventId }) =>
        has("LAKE recommendations/", pseudonym(`u:${userId}`)) &&
        has("LAKE recommendations/", pseudonym(`c:${clientId}`)) &&
        has("LAKE quarantine/source=events", `${eventId}-7`) &&
        has("LAKE events/", SIGN_IN, pseudonym(`u:${userId}`)) &&
        ["1", "2", "3", "4", "5", "6"].every((one) => has("LAKE events/", `${eventId}-${one}`)),
    );
  }, 60_000);
}
