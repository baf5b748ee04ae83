import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Control, CONTROL_OBJECT_KEY, controlSchema } from "../../domain/control/control.ts";
import { pathSigner } from "../../platform/signed-path.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

const SECRET = "local-development-signing-secret-not-for-production";
const SESSION_SECONDS = 8 * 3_600;

let runtime: TestRuntime;
let viewerKey: string;
let syncKey: string;
let leavingKey: string;
let replacedKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  viewerKey = await runtime.addKey(["analytics:read"]);
  syncKey = await runtime.addKey(["sync:run"]);
  leavingKey = await runtime.addKey(["analytics:read", "exports:read"]);
  replacedKey = await runtime.addKey(["analytics:read", "items:write"]);
});
afterAll(() => runtime.close());

/** Signs in and returns the cookie as a browser would send it back. */
async function signIn(key: string): Promise<string> {
  const { status, headers } = await runtime.call("/v1/dashboard/session", { key: null, body: { key } });
  expect(status).toBe(204);
  return (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

function withCookie(path: string, cookie: string, init: { method?: string; body?: unknown } = {}) {
  return runtime.call(path, { key: null, headers: { cookie }, ...init });
}

async function codeOf(answer: ReturnType<TestRuntime["call"]>): Promise<[number, string]> {
  const { status, body } = await answer;
  return [status, body.error?.code];
}

async function changeControl(change: (control: Control) => void): Promise<void> {
  const stored = await runtime.env.RUNTIME.get(CONTROL_OBJECT_KEY);
  const control = controlSchema.parse(await stored?.json());
  change(control);
  await runtime.env.RUNTIME.put(CONTROL_OBJECT_KEY, JSON.stringify(control));
}

describe("signing in with a secret key", () => {
  it("gives a cookie that only the API gets, for eight hours", async () => {
    const { status, headers, body } = await runtime.call("/v1/dashboard/session", {
      key: null,
      body: { key: viewerKey },
    });
    expect([status, body]).toEqual([204, ""]);
    const cookie = headers.get("set-cookie") ?? "";
    const attributes = cookie.split("; ").slice(1).sort();
    expect(attributes).toEqual(["HttpOnly", `Max-Age=${SESSION_SECONDS}`, "Path=/v1", "SameSite=Strict", "Secure"]);
    expect(cookie).not.toContain(viewerKey.slice(3, 12));
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each(["http://localhost:8787", "http://127.0.0.1:8787"])("leaves Secure out on %s only", async (origin) => {
    const response = await runtime.harness.getWorker().fetch(`${origin}/v1/dashboard/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key: viewerKey }),
    });
    expect(response.headers.get("set-cookie")).toContain("HttpOnly");
    expect(response.headers.get("set-cookie")).not.toContain("Secure");
  });

  it("says who is signed in, until when, and what shop this is", async () => {
    const before = Date.now();
    const { status, body } = await withCookie("/v1/dashboard/session", await signIn(viewerKey));
    expect(status).toBe(200);
    expect(body).toMatchObject({ viewer: viewerKey, via: "session", shop: "Scale model shop", currency: "USD" });
    expect(body.timezone).toBe("UTC");
    expect(Date.parse(body.expires_at) - before).toBeGreaterThan((SESSION_SECONDS - 5) * 1_000);
  });

  it.each([
    ["a key that nobody knows", "sk_unknown", [401, "invalid_key"]],
    ["a publishable key", TEST_KEYS.publishable, [403, "secret_key_required"]],
    ["nothing", "", [400, "invalid_request"]],
  ] as const)("refuses %s", async (_, key, refusal) => {
    const answer = runtime.call("/v1/dashboard/session", { key: null, body: { key } });
    expect(await codeOf(answer)).toEqual(refusal);
    expect((await answer).headers.get("set-cookie")).toBeNull();
  });

  it("refuses a key without analytics:read, and a key in the address", async () => {
    const answer = runtime.call("/v1/dashboard/session", { key: null, body: { key: syncKey } });
    expect(await codeOf(answer)).toEqual([403, "insufficient_scope"]);
    const inAddress = runtime.call(`/v1/dashboard/session?key=${viewerKey}`, { key: null });
    expect(await codeOf(inAddress)).toEqual([401, "secret_key_in_url"]);
  });
});

describe("a session", () => {
  it("opens what people look at", async () => {
    const cookie = await signIn(viewerKey);
    expect((await withCookie("/v1/notices", cookie)).status).toBe(200);
    // Whatever the report: the cookie is not what stands in its way.
    expect((await withCookie("/v1/analytics/sales", cookie)).status).not.toBe(401);
    expect(await codeOf(runtime.call("/v1/analytics/sales", { key: null }))).toEqual([401, "missing_key"]);
  });

  it("opens nothing else, and changes nothing", async () => {
    const cookie = await signIn(TEST_KEYS.secret);
    expect(await codeOf(withCookie("/v1/exports", cookie))).toEqual([401, "missing_key"]);
    expect(await codeOf(withCookie("/v1/sync", cookie, { method: "POST" }))).toEqual([401, "missing_key"]);
    expect(await codeOf(withCookie("/v1/analytics/sales", cookie, { method: "POST" }))).toEqual([401, "missing_key"]);
  });

  it("ends when the page signs out", async () => {
    const { status, headers } = await withCookie("/v1/dashboard/session", await signIn(viewerKey), {
      method: "DELETE",
    });
    expect(status).toBe(204);
    expect(headers.get("set-cookie")).toMatch(/^endcap_dashboard=; Max-Age=0; Path=\/v1/);
  });

  it("ends within seconds when its key is removed from control.json", async () => {
    const cookie = await signIn(leavingKey);
    expect((await withCookie("/v1/dashboard/session", cookie)).status).toBe(200);
    await changeControl((control) => (control.keys = control.keys.filter(({ id }) => id !== leavingKey)));
    await eventually(async () => (await withCookie("/v1/dashboard/session", cookie)).status === 401);
  });

  it("ends when its key is replaced under the same id", async () => {
    const cookie = await signIn(replacedKey);
    await changeControl((control) => {
      for (const key of control.keys) if (key.id === replacedKey) key.hash = "0".repeat(64);
    });
    await eventually(async () => (await withCookie("/v1/dashboard/session", cookie)).status === 401);
  });

  it("is not taken when anything in it was changed", async () => {
    const [name = "", value = ""] = (await signIn(viewerKey)).split("=");
    const [expires = "", , signature = ""] = value.split(".");
    const other = Buffer.from("test-secret").toString("base64url");
    const id = Buffer.from(viewerKey).toString("base64url");
    const flipped = signature.replace(/^./, (first) => (first === "0" ? "1" : "0"));
    for (const changed of [
      `${Number(expires) + 1}.${id}.${signature}`,
      `${expires}.${other}.${signature}`,
      `${expires}.${id}.${flipped}`,
      `${expires}.${id}`,
      "",
    ]) {
      expect((await withCookie("/v1/dashboard/session", `${name}=${changed}`)).status).toBe(401);
    }
  });

  it("is not taken once it has expired, nor signed for another purpose", async () => {
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(viewerKey))).toString(
      "hex",
    );
    const id = Buffer.from(viewerKey).toString("base64url");
    async function statusOf(purpose: string, expiresAt: number): Promise<number> {
      const signature = await (await pathSigner(SECRET, purpose)).sign(`${viewerKey}\n${hash}`, expiresAt);
      const cookie = `endcap_dashboard=${expiresAt}.${id}.${signature}`;
      return (await withCookie("/v1/dashboard/session", cookie)).status;
    }
    const now = Math.floor(Date.now() / 1_000);
    expect(await statusOf("endcap dashboard session v1", now + 60)).toBe(200);
    expect(await statusOf("endcap dashboard session v1", now - 1)).toBe(401);
    expect(await statusOf("endcap export files v1", now + 60)).toBe(401);
  });

  it("is none by the header of Cloudflare Access while Access is not set up", async () => {
    const forged = "eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImFAYi5jIn0.";
    const answer = runtime.call("/v1/dashboard/session", { key: null, headers: { "cf-access-jwt-assertion": forged } });
    expect(await codeOf(answer)).toEqual([401, "missing_key"]);
  });
});
