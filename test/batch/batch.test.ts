import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { shortRecommendationId } from "../../domain/attribution/recommendation-id.ts";
import type { ServedAnswer, ServedMessage } from "../../domain/served/served-message.ts";
import { USERS_PER_BATCH_MAX } from "../../workers/api/recommendations/batch-request.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";

interface BatchAnswer {
  readonly user_id: string;
  readonly recommendation_id: string;
  readonly degraded: readonly string[] | null;
  readonly shelves: readonly {
    readonly strategy: string;
    readonly items: readonly { readonly item_id: string; readonly reason: { readonly code: string } }[];
  }[];
  readonly error?: { readonly code: string };
}

let runtime: TestRuntime;
let events: string;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/batch/watched-worker.ts" });
  events = await runtime.addKey(["events:write"]);
  await openTestShop(runtime);
});
afterAll(() => runtime.close());

async function batch(body: object): Promise<BatchAnswer[]> {
  const answer = await runtime.call("/v1/recommendations/batch", { body });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  return answer.body.results;
}

async function watched(): Promise<{ askedMost: number; sent: ServedMessage[] }> {
  return (await runtime.call("/v1/watched")).body;
}

/** What was saved as served of these answers, by user; others may be saved meanwhile. */
async function savedOf(answers: readonly BatchAnswer[]): Promise<Map<string, ServedAnswer>> {
  const users = new Map(
    answers.map(({ recommendation_id, user_id }) => [shortRecommendationId(recommendation_id), user_id]),
  );
  const found = new Map<string, ServedAnswer>();
  await eventually(async () => {
    for (const answer of (await watched()).sent.flatMap((message) => message.answers)) {
      const user = users.get(answer.recommendation_id);
      if (user !== undefined) found.set(user, answer);
    }
    return found.size === users.size;
  });
  return found;
}

async function send(user_id: string, event: object, said: object = {}): Promise<void> {
  const { body } = await runtime.call("/v1/events", { body: { user_id, ...said, events: [event] } });
  expect(body.rejected).toEqual([]);
}

function idsOf(answer: BatchAnswer | undefined): string[] {
  return (answer?.shelves ?? []).flatMap(({ items }) => items.map((entry) => entry.item_id));
}

function reasonsOf(answer: BatchAnswer | undefined): Set<string> {
  return new Set((answer?.shelves ?? []).flatMap(({ items }) => items.map((entry) => entry.reason.code)));
}

it("each user gets what their page would show, in the order of the list", async () => {
  await send("2", { event_id: "viewed", name: "view_item", params: { items: [{ item_id: shopItem(33) }] } });
  const users = ["2", "1"];
  const answers = await batch({ placement: "home", users, limit: 4 });
  expect(answers.map(({ user_id }) => user_id)).toEqual(users);
  for (const answer of answers) {
    const page = await runtime.call(`/v1/recommendations?placement=home&limit=4&user_id=${answer.user_id}`);
    const { recommendation_id: _own, ...same } = page.body;
    expect(answer).toMatchObject({ ...same, recommendation_id: expect.any(String) });
  }
  expect(idsOf(answers[0])).not.toEqual(idsOf(answers[1]));
});

it("where the list is asked from says nothing of its users", async () => {
  const [page, [inList]] = await Promise.all([
    runtime.call("/v1/recommendations?placement=home&user_id=nobody-knows-me"),
    batch({ placement: "home", users: ["nobody-knows-me"] }),
  ]);
  // A page is asked for from where its shopper is: that alone makes a profile.
  expect(reasonsOf(page.body)).toContain("profile");
  expect(inList?.shelves.map(({ strategy }) => strategy)).toEqual(["popular", "trending"]);
});

it("the list's rules hold for everyone: limit, filter, exclude", async () => {
  const answers = await batch({
    placement: "home",
    users: ["1", "2"],
    limit: 3,
    filter: "category:Ships",
    exclude: [shopItem(15), shopItem(45)],
  });
  for (const answer of answers) {
    const ids = idsOf(answer);
    expect(ids.length).toBeGreaterThan(0);
    for (const { items } of answer.shelves) expect(items.length).toBeLessThanOrEqual(3);
    for (const id of ids) expect(Number(id.slice(-2)) % 2).toBe(1);
    expect(ids).not.toContain(shopItem(15));
    expect(ids).not.toContain(shopItem(45));
  }
});

it("the list has one language, whatever the caller accepts", async () => {
  const body = { placement: "home", users: ["never-seen"], locale: "de" };
  const headers = { "accept-language": "fr" };
  const german = await runtime.call("/v1/recommendations/batch", { body, headers });
  expect(german.headers.get("content-language")).toBe("de");
  expect(german.body.results[0].shelves[0].title).toBe("Zurzeit beliebt");
  const english = await runtime.call("/v1/recommendations/batch", { body: { ...body, locale: undefined }, headers });
  expect(english.body.results[0].shelves[0].title).toBe("Popular right now");
});

it("a user who refused personalisation gets popular items, and is not named in what is saved", async () => {
  const consent = { personalization: false, analytics: true };
  const view = { event_id: "refusal", name: "view_item", params: { items: [{ item_id: shopItem(30) }] } };
  await send("1-refused", view, { consent });
  await runtime.env.DB.prepare(
    "INSERT INTO users (user_id, country, features, row_hash, changed_run) VALUES ('1-refused', 'FR', '{}', '', 1)",
  ).run();
  const answers = await batch({ placement: "home", users: ["1-refused", "1"] });
  const [refused, asked] = answers;
  expect([...reasonsOf(refused)].filter((reason) => !/^(popular|trending)/.test(reason))).toEqual([]);
  expect(reasonsOf(asked)).toContain("profile");
  const saved = await savedOf(answers);
  expect(saved.get("1-refused")?.shopper).toBeNull();
  expect(saved.get("1")?.shopper).toBe("u:1");
});

it("an erased user is answered like one whom nobody knows", async () => {
  await send("erased", { event_id: "before", name: "view_item", params: { items: [{ item_id: shopItem(8) }] } });
  await runtime.env.SHOPPER_SESSION.getByName("u:erased").erase("stays_erased");
  const [erased, unknown] = await batch({ placement: "home", users: ["erased", "never-seen"] });
  expect(erased?.error).toBeUndefined();
  expect(reasonsOf(erased)).not.toContain("viewed");
  expect(idsOf(erased)).toEqual(idsOf(unknown));
});

it("what was served is saved like what a page was served", async () => {
  const answers = await batch({ placement: "home", users: ["1", "2"], limit: 3 });
  const saved = await savedOf(answers);
  for (const answer of answers) {
    expect(saved.get(answer.user_id)).toMatchObject({
      shopper: `u:${answer.user_id}`,
      placement: "home",
      model_version: TEST_SHOP.model,
      shelves: answer.shelves.map(({ strategy, items }) => ({ strategy, items: items.map((entry) => entry.item_id) })),
    });
  }
});

it("a user who cannot be answered costs the others nothing", async () => {
  const answers = await batch({
    placement: "home",
    users: ["1", "broken", "hung", "a\u0000b", "", "x".repeat(129), "2"],
  });
  expect(answers.map(({ error }) => error?.code)).toEqual([
    undefined,
    "temporarily_unavailable",
    "temporarily_unavailable",
    "invalid_request",
    "invalid_request",
    "invalid_request",
    undefined,
  ]);
  expect(answers[1]).toEqual({ user_id: "broken", error: { code: expect.any(String), message: expect.any(String) } });
});

it("a full batch is answered a few users at a time", async () => {
  await watched();
  const users = Array.from({ length: USERS_PER_BATCH_MAX }, (_, n) => `many-${n}`);
  const answers = await batch({ placement: "home", users });
  expect(answers.map(({ user_id }) => user_id)).toEqual(users);
  expect(answers.filter(({ error, degraded }) => error !== undefined || degraded !== null)).toEqual([]);
  const { askedMost } = await watched();
  expect(askedMost).toBeGreaterThan(1);
  expect(askedMost).toBeLessThanOrEqual(6);
});

describe("a batch is refused", () => {
  const users = ["1"];
  it.each([
    ["without users", { placement: "home" }, "invalid_request", /users/],
    ["with no user", { placement: "home", users: [] }, "invalid_request", /users/],
    [
      "with too many",
      { placement: "home", users: Array.from({ length: 101 }, (_, n) => String(n)) },
      "invalid_request",
      /100/,
    ],
    ["with users that are no texts", { placement: "home", users: [489] }, "invalid_request", /users\.0/],
    ["without a placement", { users }, "invalid_request", /placement/],
    ["for a placement that nobody knows", { placement: "hall", users }, "unknown_placement", /hall/],
    ["for pages", { placements: [{ placement: "home" }], users }, "unknown_field", /placements/],
    ["with what belongs to one shopper", { placement: "home", users, user_id: "1" }, "unknown_field", /user_id/],
    ["with a filter that is none", { placement: "home", users, filter: "colour" }, "invalid_request", /filter/],
    ["with a list for a body", [], "invalid_request", /./],
  ])("%s", async (_how, body, code, message) => {
    const answer = await runtime.call("/v1/recommendations/batch", { body });
    expect(answer).toMatchObject({ status: 400, body: { error: { code, message: expect.stringMatching(message) } } });
  });

  it("to whoever has no secret key for it", async () => {
    const body = { placement: "home", users };
    const code = async (key: string | null) =>
      (await runtime.call("/v1/recommendations/batch", { body, key })).body.error.code;
    expect(await code(null)).toBe("missing_key");
    expect(await code(TEST_KEYS.publishable)).toBe("secret_key_required");
    expect(await code(events)).toBe("insufficient_scope");
  });
});

it("a deployment with nothing to answer from says so for each user", async () => {
  const empty = await startRuntime();
  try {
    const { body } = await empty.call("/v1/recommendations/batch", { body: { placement: "home", users: ["1", "2"] } });
    expect(body.results.map((result: BatchAnswer) => result.error?.code)).toEqual(["not_ready", "not_ready"]);
  } finally {
    await empty.close();
  }
});
