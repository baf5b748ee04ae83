import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { filesOf } from "../../domain/exports/manifest.ts";
import type { Scope } from "../../domain/control/control.ts";
import { pathSigner } from "../../platform/signed-path.ts";
import { filePath, FILE_URL_SECONDS, fileSigner, signedUrl } from "../../workers/api/exports/signed-urls.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { makeExport, putExport, recordExport } from "./made-export.ts";

const FILE = "training/part-00000.parquet";
const plain = makeExport({ minute: 0 });
const raw = makeExport({ minute: 1, userIds: "raw" });
const removed = makeExport({ minute: 2 });

const SCOPES = {
  none: ["recommendations:read"],
  read: ["exports:read"],
  write: ["exports:write"],
  raw: ["exports:raw"],
  "read and raw": ["exports:read", "exports:raw"],
  admin: ["admin"],
} as const satisfies Record<string, readonly Scope[]>;

const refusalSchema = z.object({ error: z.object({ code: z.string() }) });

let runtime: TestRuntime;
let origin: string;
const keys: Record<string, string> = {};
beforeAll(async () => {
  runtime = await startRuntime();
  for (const [name, scopes] of Object.entries(SCOPES)) keys[name] = await runtime.addKey(scopes);
  origin = (await runtime.harness.listen()).url.origin;
  for (const made of [plain, raw, removed]) await putExport(runtime.env.EXPORTS, made);
  await recordExport(runtime.env, plain);
  await recordExport(runtime.env, raw);
  await recordExport(runtime.env, removed, "removed");
});
afterAll(() => runtime.close());

async function signed(path: string, now = Date.now()): Promise<string> {
  const signer = await fileSigner(runtime.env);
  if (signer === null) throw new Error("The test runtime has no signing secret.");
  return signedUrl(signer, origin, path, now);
}

/** Without a key. @returns status, and the refusal's code */
async function fetched(url: string): Promise<[number, string | null]> {
  const response = await fetch(url);
  if (response.ok) return [response.status, (await response.arrayBuffer()).byteLength > 0 ? null : "empty"];
  return [response.status, refusalSchema.parse(await response.json()).error.code];
}

describe("by key", () => {
  it.each([
    ["none", 403, 403],
    ["read", 200, 403],
    ["write", 403, 403],
    ["raw", 403, 403],
    ["read and raw", 200, 200],
    ["admin", 200, 200],
  ] as const)("with the scope %s: %i, of an export with the shop's own ids %i", async (name, ofPlain, ofRaw) => {
    for (const file of [FILE, "manifest.json"]) {
      for (const method of ["GET", "HEAD"]) {
        const asked = { key: keys[name] ?? null, method };
        expect((await runtime.call(filePath(plain.manifest.id, file), asked)).status).toBe(ofPlain);
        expect((await runtime.call(filePath(raw.manifest.id, file), asked)).status).toBe(ofRaw);
      }
    }
  });

  it("not without one, and not with one for browsers", async () => {
    const path = filePath(plain.manifest.id, FILE);
    const without = await runtime.call(path, { key: null });
    expect([without.status, without.body.error.code]).toEqual([401, "missing_key"]);
    const open = await runtime.call(path, { key: TEST_KEYS.publishable });
    expect([open.status, open.body.error.code]).toEqual([403, "secret_key_required"]);
    const shown = await runtime.call(`${path}?key=${keys["read"]}`, { key: null });
    expect([shown.status, shown.body.error.code]).toEqual([401, "secret_key_in_url"]);
  });
});

describe("by signed URL", () => {
  it("gives every file of the export, CSV too, to whoever has the answer of GET /v1/exports/:id", async () => {
    const { body, headers } = await runtime.call(`/v1/exports/${plain.manifest.id}`, { key: keys["read"] ?? null });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body.manifest).toEqual(plain.manifest);
    expect(body.files).toEqual(filesOf(plain.manifest).map((part) => ({ ...part, url: expect.any(String) })));
    for (const { file, url, bytes } of body.files) {
      const { pathname, search } = new URL(url);
      expect(pathname).toBe(filePath(plain.manifest.id, file));
      const expires = Number(new URLSearchParams(search).get("expires"));
      expect(Math.abs(expires - Date.now() / 1_000 - FILE_URL_SECONDS)).toBeLessThan(60);
      const response = await fetch(origin + pathname + search);
      expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, bytes]);
    }
  });

  it("is not made for a key that may not have the shop's own ids, and works for those who got one", async () => {
    const path = `/v1/exports/${raw.manifest.id}`;
    const refused = await runtime.call(path, { key: keys["read"] ?? null });
    expect([refused.status, refused.body.user_ids]).toEqual([200, "raw"]);
    expect(refused.body.files.map(({ url }: { url: string | null }) => url)).toEqual([null, null, null, null]);
    const allowed = await runtime.call(path, { key: keys["read and raw"] ?? null });
    const url = new URL(allowed.body.files[0].url);
    expect(await fetched(origin + url.pathname + url.search)).toEqual([200, null]);
  });

  it("takes ranges, and HEAD, as with a key", async () => {
    const url = await signed(filePath(plain.manifest.id, FILE));
    const part = await fetch(url, { headers: { range: "bytes=0-3" } });
    expect([part.status, await part.text()]).toEqual([206, "PAR1"]);
    const head = await fetch(url, { method: "HEAD" });
    const bytes = plain.files.get(FILE)?.byteLength;
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes)]);
  });

  it("expires, at the second that it says", async () => {
    const path = filePath(plain.manifest.id, FILE);
    expect(await fetched(await signed(path, Date.now() - (FILE_URL_SECONDS - 30) * 1_000))).toEqual([200, null]);
    expect(await fetched(await signed(path, Date.now() - FILE_URL_SECONDS * 1_000))).toEqual([403, "url_expired"]);
  });

  it.each<[string, (url: URL) => void]>([
    ["another export", (url) => (url.pathname = filePath(raw.manifest.id, FILE))],
    ["another file", (url) => (url.pathname = url.pathname.replace("training", "users"))],
    ["the manifest", (url) => (url.pathname = filePath(plain.manifest.id, "manifest.json"))],
    ["a later expiry", (url) => url.searchParams.set("expires", String(Number(url.searchParams.get("expires")) + 1))],
    ["no expiry", (url) => url.searchParams.delete("expires")],
    ["an expiry that is no number", (url) => url.searchParams.set("expires", "1e12")],
    ["no signature", (url) => url.searchParams.delete("signature")],
    ["half a signature", (url) => url.searchParams.set("signature", "ab".repeat(16))],
    [
      "another signature",
      (url) =>
        url.searchParams.set(
          "signature",
          (url.searchParams.get("signature") ?? "").replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
        ),
    ],
  ])("is refused with %s, though a key would do", async (_, change) => {
    const url = new URL(await signed(filePath(plain.manifest.id, FILE)));
    change(url);
    expect(await fetched(url.href)).toEqual([403, "invalid_signature"]);
    const response = await fetch(url, { headers: { authorization: `Bearer ${keys["admin"]}` } });
    expect(response.status).toBe(403);
  });

  it("is not made by a signature for another purpose, or of another deployment", async () => {
    const path = filePath(plain.manifest.id, FILE);
    const expires = Math.floor(Date.now() / 1_000) + 60;
    for (const [secret, purpose] of [
      [String(runtime.env.TOKEN_SIGNING_SECRET), "shopper tokens"],
      ["another deployment's secret", "endcap export files v1"],
    ] as const) {
      const signature = await (await pathSigner(secret, purpose)).sign(path, expires);
      expect(await fetched(`${origin}${path}?expires=${expires}&signature=${signature}`)).toEqual([
        403,
        "invalid_signature",
      ]);
    }
  });

  it("finds nothing of an export that was removed since", async () => {
    expect(await fetched(await signed(filePath(removed.manifest.id, FILE)))).toEqual([404, "not_found"]);
  });
});

it("makes and takes no URLs while the deployment has no signing secret; keys work", async () => {
  const bare = await startRuntime({ vars: { TOKEN_SIGNING_SECRET: "" } });
  await putExport(bare.env.EXPORTS, plain);
  await recordExport(bare.env, plain);
  const { status, body } = await bare.call(`/v1/exports/${plain.manifest.id}`);
  expect([status, new Set(body.files.map(({ url }: { url: string | null }) => url))]).toEqual([200, new Set([null])]);
  const path = filePath(plain.manifest.id, FILE);
  const { pathname, search } = new URL(await signed(path));
  const refused = await bare.call(pathname + search, { key: null });
  expect([refused.status, refused.body.error.code]).toEqual([503, "not_ready"]);
  expect((await bare.call(path, { method: "HEAD" })).status).toBe(200);
  await bare.close();
}, 60_000);
