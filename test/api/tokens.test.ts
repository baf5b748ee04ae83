import { sign } from "hono/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
let eventsOnlyKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  eventsOnlyKey = await runtime.addKey(["events:write"]);
});
afterAll(() => runtime.close());

const consent = { personalization: true, analytics: true };
const secret = "local-development-signing-secret-not-for-production";
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
let events = 0;

function sendAs(identity: Record<string, unknown>, query = "") {
  const event = { event_id: `token-${events++}`, name: "view_item", params: { items: [{ item_id: "a" }] } };
  return runtime.call(`/v1/events${query}`, {
    key: TEST_KEYS.publishable,
    body: { ...identity, consent, events: [event] },
  });
}

async function tokenFor(user_id: string): Promise<string> {
  return (await runtime.call("/v1/tokens", { body: { user_id } })).body.token;
}

describe("a token from POST /v1/tokens", () => {
  it("lets a publishable key speak for its user, with or without naming them", async () => {
    const token = await tokenFor("489");
    for (const identity of [{ user_id: "489", token }, { token }]) {
      expect(await sendAs(identity)).toMatchObject({ status: 202, body: { accepted: 1 } });
    }
    expect(await sendAs({ user_id: "489" }, `?token=${token}`)).toMatchObject({ status: 202 });
  });

  it("does not let it speak for another user", async () => {
    const answer = await sendAs({ user_id: "490", token: await tokenFor("489") });
    expect([answer.status, answer.body.error.code]).toEqual([403, "shopper_token_required"]);
  });

  it("says when it expires", async () => {
    const before = Date.now();
    const { status, body } = await runtime.call("/v1/tokens", { body: { user_id: "489", expires_in_seconds: 60 } });
    expect(status).toBe(200);
    const seconds = (Date.parse(body.expires_at) - before) / 1000;
    expect(seconds).toBeGreaterThan(58);
    expect(seconds).toBeLessThan(75);
  });
});

describe("a token of the shop's own server", () => {
  it("is taken when it is signed with the same secret", async () => {
    const token = await sign({ sub: "489", exp: inSeconds(86_400) }, secret, "HS256");
    expect(await sendAs({ user_id: "489", token })).toMatchObject({ status: 202 });
  });

  const forged: Record<string, () => Promise<string>> = {
    "is expired": () => sign({ sub: "489", exp: inSeconds(-1) }, secret, "HS256"),
    "lives longer than a day": () => sign({ sub: "489", exp: inSeconds(86_400 + 120) }, secret, "HS256"),
    "never expires": () => sign({ sub: "489" }, secret, "HS256"),
    "has no user": () => sign({ exp: inSeconds(60) }, secret, "HS256"),
    "has a number for a user": () => sign({ sub: 489, exp: inSeconds(60) }, secret, "HS256"),
    "is signed by someone else": () => sign({ sub: "489", exp: inSeconds(60) }, "another secret", "HS256"),
    "uses another algorithm": () => sign({ sub: "489", exp: inSeconds(60) }, secret, "HS512"),
    "claims to need no signature": async () => {
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg: "none", typ: "JWT" })}.${part({ sub: "489", exp: inSeconds(60) })}.`;
    },
  };
  it.each(Object.entries(forged))("is refused when it %s", async (_, make) => {
    const answer = await sendAs({ user_id: "489", token: await make() });
    expect([answer.status, answer.body.error.code]).toEqual([401, "invalid_token"]);
  });
});

describe("POST /v1/tokens", () => {
  it.each([
    [{}, 400, "invalid_request"],
    [{ user_id: 489 }, 400, "invalid_request"],
    [{ user_id: "489", expires_in_seconds: 86_401 }, 400, "invalid_request"],
    [{ user_id: "489", expires_in_seconds: -1 }, 400, "invalid_request"],
    [{ user_id: "489", admin: true }, 400, "unknown_field"],
    ["{", 400, "invalid_json"],
  ])("refuses %j", async (body, status, code) => {
    const answer = await runtime.call("/v1/tokens", { body });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it("needs a secret key with both scopes that a token gives", async () => {
    const body = { user_id: "489" };
    const codes = [];
    for (const key of [TEST_KEYS.publishable, eventsOnlyKey, null]) {
      codes.push((await runtime.call("/v1/tokens", { body, key })).body.error.code);
    }
    expect(codes).toEqual(["secret_key_required", "insufficient_scope", "missing_key"]);
  });
});
