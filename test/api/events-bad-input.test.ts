import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
let readOnlyKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  readOnlyKey = await runtime.addKey(["recommendations:read"]);
});
afterAll(() => runtime.close());

const items = [{ item_id: "S18_2238" }];
const good = { event_id: "good", name: "view_item", params: { items } };
const body = { user_id: "489", events: [good] };
const client_id = "anonymous-randomness-0001";
const manyEvents = Array.from({ length: 101 }, (_, n) => ({ ...good, event_id: `many-${n}` }));

interface BadRequest {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly answer: readonly [status: number, code: string];
}

const badRequests: Record<string, BadRequest> = {
  "malformed JSON": { body: '{"user_id": "489", ', answer: [400, "invalid_json"] },
  "a body that is not UTF-8 text": { body: "\u0000", answer: [400, "invalid_json"] },
  "an empty body": { body: "", answer: [400, "invalid_json"] },
  "a list instead of an object": { body: [body], answer: [400, "invalid_request"] },
  "a number instead of an object": { body: 7, answer: [400, "invalid_request"] },
  null: { body: "null", answer: [400, "invalid_request"] },
  "nesting that would overflow a stack": {
    body: `{"user_id":"489","events":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    answer: [400, "invalid_request"],
  },
  "another media type": { body, headers: { "content-type": "text/html" }, answer: [415, "unsupported_media_type"] },
  "more than 128 KB": { body: { ...body, session_id: "x".repeat(130 * 1024) }, answer: [413, "body_too_large"] },
  "an unknown field": { body: { ...body, cilent_id: client_id }, answer: [400, "unknown_field"] },
  "an unknown field in the consent": {
    body: { ...body, consent: { personalization: true, analytics: true, ads: true } },
    answer: [400, "unknown_field"],
  },
  "an unknown field in the query": { body, query: "?debug=1", answer: [400, "unknown_field"] },
  "a consent of half": { body: { ...body, consent: { analytics: true } }, answer: [400, "invalid_request"] },
  "a consent of texts": {
    body: { ...body, consent: { personalization: "yes", analytics: "yes" } },
    answer: [400, "invalid_request"],
  },
  "no events": { body: { user_id: "489" }, answer: [400, "invalid_request"] },
  "an empty list of events": { body: { user_id: "489", events: [] }, answer: [400, "invalid_request"] },
  "events that are no list": { body: { user_id: "489", events: good }, answer: [400, "invalid_request"] },
  "events that are no objects": { body: { user_id: "489", events: [1, null] }, answer: [400, "invalid_request"] },
  "101 events": { body: { user_id: "489", events: manyEvents }, answer: [400, "invalid_request"] },
  "nobody's events": { body: { events: [good] }, answer: [400, "invalid_request"] },
  "a user id that is a number": { body: { ...body, user_id: 489 }, answer: [400, "invalid_request"] },
  "an empty user id": { body: { ...body, user_id: "" }, answer: [400, "invalid_request"] },
  "a user id of 129 characters": { body: { ...body, user_id: "u".repeat(129) }, answer: [400, "invalid_request"] },
  "a user id with half a surrogate pair": {
    body: { ...body, user_id: "\ud800" },
    answer: [400, "invalid_request"],
  },
  "a client id that could be guessed": { body: { ...body, client_id: "short" }, answer: [400, "invalid_request"] },
  "a client id with a space": { body: { ...body, client_id: `${client_id} x` }, answer: [400, "invalid_request"] },
  "a session id that is a number": { body: { ...body, session_id: 1 }, answer: [400, "invalid_request"] },
  "no key": { body, key: null, answer: [401, "missing_key"] },
  "an unknown key": { body, key: "sk_test_nobody", answer: [401, "invalid_key"] },
  "a header that is no bearer": {
    body,
    key: null,
    headers: { authorization: "Basic eDp5" },
    answer: [401, "invalid_key"],
  },
  "a secret key in the URL": { body, key: null, query: `?key=${TEST_KEYS.secret}`, answer: [401, "secret_key_in_url"] },
  "a secret key in the body": {
    body: { ...body, key: TEST_KEYS.secret },
    key: null,
    answer: [401, "secret_key_in_url"],
  },
  "a key that is a number": { body: { ...body, key: 1 }, key: null, answer: [401, "missing_key"] },
  "an origin that the key does not allow": {
    body: { client_id, events: [good] },
    key: TEST_KEYS.restricted,
    headers: { origin: "https://elsewhere.example" },
    answer: [403, "origin_not_allowed"],
  },
  "a user without their token, by publishable key": {
    body,
    key: TEST_KEYS.publishable,
    answer: [403, "shopper_token_required"],
  },
  "a token that is none": { body: { ...body, token: "not.a.token" }, answer: [401, "invalid_token"] },
};

describe("a request with", () => {
  it.each(Object.entries(badRequests))("%s is refused in the one envelope", async (_, bad) => {
    const { status, body: answer } = await runtime.call(`/v1/events${bad.query ?? ""}`, {
      method: "POST",
      body: bad.body,
      ...(bad.key === undefined ? {} : { key: bad.key }),
      ...(bad.headers === undefined ? {} : { headers: bad.headers }),
    });
    expect([status, answer.error.code]).toEqual(bad.answer);
    expect(answer.error).toMatchObject({ message: expect.any(String), requestId: expect.any(String) });
  });

  it("a key that lacks the scope is refused", async () => {
    const { status, body: answer } = await runtime.call("/v1/events", { body, key: readOnlyKey });
    expect([status, answer.error.code]).toEqual([403, "insufficient_scope"]);
  });
});

const now = Date.now();
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
const priced = { transaction_id: "t", currency: "USD" };
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const deep = JSON.parse(nested(100));

const badEvents: Record<string, readonly [event: Record<string, unknown>, code: string]> = {
  "an unknown name": [{ ...good, name: "look_at" }, "unknown_event"],
  "a name of every object": [{ ...good, name: "constructor" }, "unknown_event"],
  "no name": [{ event_id: "x", params: { items } }, "invalid_event"],
  "no id": [{ name: "view_item", params: { items } }, "invalid_event"],
  "an id that is a number": [{ ...good, event_id: 1 }, "invalid_event"],
  "an id of 65 characters": [{ ...good, event_id: "e".repeat(65) }, "invalid_event"],
  "a field that we do not know": [{ ...good, items }, "unknown_field"],
  "a time of 73 hours ago": [{ ...good, timestamp: iso(now - 73 * 3_600_000) }, "timestamp_out_of_range"],
  "a time ten minutes ahead": [{ ...good, timestamp: iso(now + 600_000) }, "timestamp_out_of_range"],
  "a time that is none": [{ ...good, timestamp: "yesterday" }, "invalid_event"],
  "a time as a number": [{ ...good, timestamp: now }, "invalid_event"],
  "params that are a list": [{ ...good, params: [] }, "invalid_event"],
  "no items": [{ ...good, params: {} }, "invalid_params"],
  "an empty list of items": [{ ...good, params: { items: [] } }, "invalid_params"],
  "items that are no list": [{ ...good, params: { items: items[0] } }, "invalid_params"],
  "201 items": [{ ...good, params: { items: Array.from({ length: 201 }, () => items[0]) } }, "too_many_items"],
  "an item without id": [{ ...good, params: { items: [{ quantity: 1 }] } }, "invalid_params"],
  "an empty item id": [{ ...good, params: { items: [{ item_id: "" }] } }, "invalid_params"],
  "a negative quantity": [{ ...good, params: { items: [{ item_id: "a", quantity: -1 }] } }, "invalid_params"],
  "a negative price": [{ ...good, params: { items: [{ item_id: "a", price: -0.01 }] } }, "invalid_params"],
  "a price that is a word": [{ ...good, params: { items: [{ item_id: "a", price: "free" }] } }, "invalid_params"],
  "an infinite price": [{ ...good, params: { items: [{ item_id: "a", price: "Infinity" }] } }, "invalid_params"],
  "a purchase without its transaction": [
    { ...good, name: "purchase", params: { currency: "USD", items: [{ item_id: "a", quantity: 1, price: 1 }] } },
    "invalid_params",
  ],
  "a purchase without prices": [{ ...good, name: "purchase", params: { ...priced, items } }, "invalid_params"],
  "a refund without items": [{ ...good, name: "refund", params: priced }, "invalid_params"],
  "a rating of 6": [{ ...good, name: "rate_item", params: { items, rating: 6 } }, "invalid_params"],
  "a rating of 0": [{ ...good, name: "rate_item", params: { items, rating: 0 } }, "invalid_params"],
  "no rating": [{ ...good, name: "rate_item", params: { items } }, "invalid_params"],
  "a search for nothing": [{ ...good, name: "search", params: {} }, "invalid_params"],
  "a recommendation id that is a number": [{ ...good, params: { items, recommendation_id: 1 } }, "invalid_params"],
  "more than 4 KB of params": [{ ...good, params: { items, note: "x".repeat(4_100) } }, "params_too_large"],
  "params that nest 100 deep": [{ ...good, params: { items, deep } }, "params_too_large"],
};

describe("an event with", () => {
  it.each(Object.entries(badEvents))("%s is refused alone", async (name, [event, code]) => {
    const shopper = { user_id: `bad ${name}` };
    const answer = await runtime.call("/v1/events", { body: { ...shopper, events: [event, good] } });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ accepted: 1, rejected: [{ index: 0, code, message: expect.any(String) }] });
  });

  it("params that would overflow the stack of whoever walks them is refused alone", async () => {
    const event = `{"event_id":"deep","name":"search","params":{"search_term":"x","deep":${nested(50_000)}}}`;
    const answer = await runtime.call("/v1/events", { body: `{"user_id":"489","events":[${event}]}` });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 0, rejected: [{ code: "params_too_large" }] } });
  });
});
