import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { sign } from "hono/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { accessKey } from "../../workers/api/dashboard/access-keys.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

const ours = generateKeyPairSync("rsa", { modulusLength: 2048 });
const later = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });

let published: object[];
let asked = 0;
let access: Server;
let issuer: string;
let runtime: TestRuntime;

/** A stand-in for Access: it publishes keys where Access does, as Access does. */
beforeAll(async () => {
  published = [publicKey("first", ours.publicKey)];
  access = createServer((request, response) => {
    asked += 1;
    if (request.url !== "/cdn-cgi/access/certs") return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => access.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(access.address() as AddressInfo).port}`;
  runtime = await startRuntime({ vars: { ACCESS_TEAM_DOMAIN: issuer, ACCESS_AUDIENCE: AUDIENCE } });
});
afterAll(async () => {
  await runtime.close();
  access.close();
});

function publicKey(kid: string, key: KeyObject): object {
  return { kid, alg: "RS256", use: "sig", ...key.export({ format: "jwk" }) };
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

function token(changes: Record<string, unknown> = {}, key = ours.privateKey, kid = "first"): Promise<string> {
  const claims = {
    aud: [AUDIENCE],
    iss: issuer,
    email: "marketing@shop.example",
    iat: inSeconds(0),
    exp: inSeconds(60),
  };
  const jwk = key.export({ format: "jwk" });
  return sign({ ...claims, ...changes }, { ...jwk, kid, alg: "RS256" } as Parameters<typeof sign>[1], "RS256");
}

function look(assertion: string, path = "/v1/dashboard/session", method = "GET") {
  return runtime.call(path, { key: null, method, headers: { "cf-access-jwt-assertion": assertion } });
}

function unsigned(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { alg: "none", typ: "JWT", kid: "first" };
  return `${part(header)}.${part({ aud: [AUDIENCE], iss: issuer, email: "a@b.example", exp: inSeconds(60) })}.`;
}

describe("Cloudflare Access", () => {
  it("lets in whom it signed for, by e-mail address", async () => {
    const { status, body } = await look(await token());
    expect([status, body.viewer, body.via]).toEqual([200, "marketing@shop.example", "access"]);
    expect(Date.parse(body.expires_at)).toBeGreaterThan(Date.now());
    expect((await look(await token(), "/v1/notices")).status).toBe(200);
  });

  it("lets nobody change anything by it", async () => {
    const answer = await look(await token(), "/v1/analytics/sales", "POST");
    expect([answer.status, answer.body.error.code]).toEqual([401, "missing_key"]);
  });

  it.each<[string, () => Promise<string> | string]>([
    ["another application's audience", () => token({ aud: ["another"] })],
    ["no audience", () => token({ aud: undefined })],
    ["an expiry in the past", () => token({ exp: inSeconds(-1) })],
    ["no expiry", () => token({ exp: undefined })],
    ["another issuer", () => token({ iss: "https://another.cloudflareaccess.com" })],
    ["no signature (alg none)", unsigned],
    ["the signature of another key under a known id", () => token({}, stranger.privateKey)],
    ["a key id that nobody published", () => token({}, stranger.privateKey, "made-up")],
    ["no form at all", () => "not.a.token"],
  ])("refuses a token with %s", async (_, make) => {
    const { status, body } = await look(await make());
    expect([status, body.error.code]).toEqual([401, "invalid_token"]);
  });

  it("refuses a token signed by HMAC with the published key as its secret", async () => {
    const secret = ours.publicKey.export({ format: "pem", type: "spki" }).toString();
    const claims = { aud: [AUDIENCE], iss: issuer, email: "a@b.example", exp: inSeconds(60) };
    expect((await look(await sign(claims, secret, "HS256"))).status).toBe(401);
  });

  it("does not ask for keys again within a minute, whatever key ids come", async () => {
    const before = asked;
    for (const kid of ["one", "two", "three"]) await look(await token({}, stranger.privateKey, kid));
    expect(asked).toBe(before);
    expect(asked).toBeLessThanOrEqual(2);
  });

  it("is content with the keys it has while there are no others, and a new key waits its minute", async () => {
    published = [publicKey("second", later.publicKey)];
    expect((await look(await token({}, later.privateKey, "second"))).status).toBe(401);
    expect((await look(await token())).status).toBe(200);
  });
});

describe("the keys of Access", () => {
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  const waitUntil = (): void => undefined;

  it("are read again for an unknown id after a minute, and for a known one after an hour", async () => {
    const address = `${issuer}/cdn-cgi/access/certs`;
    const start = Date.now();
    const before = asked;
    const find = (kid: string, after: number) => accessKey(address, kid, waitUntil, start + after);
    expect(await find("second", 0)).toMatchObject({ kid: "second" });
    published = [publicKey("third", ours.publicKey), publicKey("second", later.publicKey)];
    expect(await find("third", MINUTE - 1)).toBeNull();
    expect(asked).toBe(before + 1);
    expect(await find("third", MINUTE)).toMatchObject({ kid: "third" });
    expect(asked).toBe(before + 2);
    published = [publicKey("third", ours.publicKey)];
    expect(await find("second", HOUR)).toMatchObject({ kid: "second" });
    expect(await find("second", MINUTE + HOUR)).toBeNull();
    expect(asked).toBe(before + 3);
  });
});
