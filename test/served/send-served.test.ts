import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { shortRecommendationId, shownFacts } from "../../domain/attribution/recommendation-id.ts";
import {
  SERVED_HELD_MAX_ANSWERS,
  SERVED_PACK_MAX_ANSWERS,
  SERVED_PACK_WAIT_MILLISECONDS,
} from "../../domain/served/limits.ts";
import { type ServedAnswer, type ServedMessage, servedMessageSchema } from "../../domain/served/served-message.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, TEST_SHOP } from "../support/shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/served/queue-trouble-worker.ts" });
  await openTestShop(runtime);
});
afterEach(() => runtime.call("/v1/queue?state=up"));
afterAll(() => runtime.close());

/** The messages that the queue has taken since it was last asked, once they hold that many answers. */
async function sent(answers: number): Promise<ServedMessage[]> {
  const messages: ServedMessage[] = [];
  await eventually(async () => {
    messages.push(...(await runtime.call("/v1/sent")).body);
    return messages.reduce((sum, message) => sum + message.answers.length, 0) >= answers;
  });
  return messages;
}

async function serve(
  query: string,
  key?: string,
): Promise<{ recommendation_id: string; shelves: { items: { item_id: string }[] }[] }> {
  const { status, body } = await runtime.call(`/v1/recommendations?${query}`, key === undefined ? {} : { key });
  expect(status).toBe(200);
  return body;
}

/** The one answer that was sent. */
async function sentAnswer(given: { recommendation_id: string }): Promise<ServedAnswer | undefined> {
  const [message] = await sent(1);
  const [answer] = message?.answers ?? [];
  expect(answer?.recommendation_id).toBe(shortRecommendationId(given.recommendation_id));
  return answer;
}

it("an answer is sent as it was given: what, to whom, why, by which model, at which rank", async () => {
  const given = await serve("placement=home&user_id=1&limit=3");
  const answer = await sentAnswer(given);
  expect(answer).toMatchObject({
    shopper: "u:1",
    placement: "home",
    model_version: TEST_SHOP.model,
    arm: null,
    degraded: [],
    shelves: [
      { strategy: "profile", reasons: ["profile"] },
      { strategy: "trending", reasons: ["trending"] },
    ],
  });
  expect(answer?.shelves.map(({ items }) => items)).toEqual(
    given.shelves.map(({ items }) => items.map((entry) => entry.item_id)),
  );
  expect(answer?.at).toBeGreaterThan(Date.now() - 10_000);
  expect(answer?.latency_ms).toBeGreaterThanOrEqual(0);
});

it("its id says the same without any look-up", async () => {
  const given = await serve("placement=home&user_id=1&limit=3");
  await sent(1);
  const second = given.shelves[1]?.items[2]?.item_id ?? "";
  expect(shownFacts(given.recommendation_id, second)).toEqual({
    placement: "home",
    modelVersion: TEST_SHOP.model,
    arm: "",
    strategy: "trending",
    rank: 3,
  });
});

const client = "k7Jq2mX0aPzR4tYbW9cLdE";
it.each<[string, string, string | undefined, string | null]>([
  [
    "a shopper who agreed to both",
    `client_id=${client}&consent=personalization,analytics`,
    TEST_KEYS.publishable,
    `c:${client}`,
  ],
  ["a shopper whose storefront says nothing", "client_id=otherOtherOtherOther0123", TEST_KEYS.publishable, null],
  ["a shopper who did not agree to personalisation", `client_id=${client}-1&consent=analytics`, undefined, null],
  ["a shopper who did not agree to analytics", `client_id=${client}-2&consent=personalization`, undefined, null],
  ["nobody in particular", "country=FR", undefined, null],
])("of %s the right name is kept", async (_, query, key, shopper) => {
  const answer = await sentAnswer(await serve(`placement=home&${query}`, key));
  expect(answer).toMatchObject({ shopper });
  expect(JSON.stringify(answer).includes(client)).toBe(shopper !== null);
});

it("answers of several requests and of a whole page travel in one message", async () => {
  const page = { user_id: "1", placements: [{ placement: "home" }, { placement: "cart" }] };
  await Promise.all([
    ...[1, 2, 3].map(() => serve("placement=home&user_id=2")),
    runtime.call("/v1/recommendations", { body: page }),
  ]);
  const messages = await sent(5);
  expect(messages.map((message) => message.answers.length)).toEqual([5]);
});

it("a full pack does not wait, and none holds more than it may", async () => {
  const count = SERVED_PACK_MAX_ANSWERS * 2;
  await Promise.all(Array.from({ length: count }, () => serve("placement=home&limit=1")));
  const messages = await sent(count);
  expect(messages.length).toBeGreaterThan(1);
  for (const message of messages) {
    expect(message.answers.length).toBeLessThanOrEqual(SERVED_PACK_MAX_ANSWERS);
    expect(() => servedMessageSchema.parse(message)).not.toThrow();
  }
  const ids = messages.flatMap((message) => message.answers.map((answer) => answer.recommendation_id));
  expect(new Set(ids).size).toBe(count);
});

it("a queue that is down harms no answer; what it did not take is counted, and told with the next message", async () => {
  await runtime.call("/v1/queue?state=down");
  const given = await Promise.all([1, 2, 3].map(() => serve("placement=home&user_id=1")));
  for (const one of given) expect(one.shelves.length).toBeGreaterThan(0);
  await sleep(SERVED_PACK_WAIT_MILLISECONDS * 1.5);
  await runtime.call("/v1/queue?state=up");
  await serve("placement=home");
  await serve("placement=home");
  const messages = await sent(2);
  expect(messages.map(({ lost, answers }) => [lost, answers.length])).toEqual([[3, 2]]);
});

it("a queue that never answers slows no answer, and the isolate holds no more than it may", async () => {
  await runtime.call("/v1/queue?state=stuck");
  const placements = Array.from({ length: 5 }, () => ({ placement: "home", limit: 1 }));
  const requests = SERVED_HELD_MAX_ANSWERS / placements.length + 8;
  const startedAt = Date.now();
  for (let sent = 0; sent < requests; sent += 8) {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => runtime.call("/v1/recommendations", { body: { placements } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  }
  expect(Date.now() - startedAt).toBeLessThan(30_000);
  await runtime.call("/v1/queue?state=up");
  await serve("placement=home");
  // What came on top was not held, nor is this one; a message tells of it although nothing else can be sent.
  const told = await eventually(async () => {
    const messages: ServedMessage[] = (await runtime.call("/v1/sent")).body;
    return messages.find(({ lost }) => lost > 0);
  });
  // Some may be told of by messages that are stuck themselves.
  expect(told.lost).toBeLessThanOrEqual(8 * placements.length + 1);
});
