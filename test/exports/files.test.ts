import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { makeExport, noise, putExport, recordExport } from "./made-export.ts";

const SIZE = 100_000;
const PART = noise(SIZE, 1);
const SHA256 = createHash("sha256").update(PART).digest();
const ETAG = `"${SHA256.toString("hex")}"`;

const made = makeExport({ training: [PART], csv: true });
const ID = made.manifest.id;
const PATH = `/v1/exports/${ID}/files/training/part-00000.parquet`;

let runtime: TestRuntime;
let origin: string;
let readKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  readKey = await runtime.addKey(["exports:read"]);
  origin = (await runtime.harness.listen()).url.origin;
  await putExport(runtime.env.EXPORTS, made);
  await recordExport(runtime.env, made);
});
afterAll(() => runtime.close());

/** Over real HTTP: what a proxy, curl or DuckDB would see. */
function get(headers: Record<string, string> = {}, method = "GET", path = PATH): Promise<Response> {
  return fetch(origin + path, { method, headers: { authorization: `Bearer ${readKey}`, ...headers } });
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe("a whole file", () => {
  it("comes as it is stored, with what says so", async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "cache-control": "private, no-transform",
      "content-disposition": `attachment; filename="${ID}-training-part-00000.parquet"`,
      "content-length": String(SIZE),
      "content-type": "application/vnd.apache.parquet",
      etag: ETAG,
      "repr-digest": `sha-256=:${SHA256.toString("base64")}:`,
    });
    expect((await bytesOf(response)).equals(PART)).toBe(true);
  });

  it("is described by HEAD without its bytes, whatever range is asked for", async () => {
    const response = await get({ range: "bytes=0-9" }, "HEAD");
    expect([response.status, response.headers.get("content-length"), response.headers.get("etag")]).toEqual([
      200,
      String(SIZE),
      ETAG,
    ]);
    expect(response.headers.get("content-range")).toBeNull();
    expect((await bytesOf(response)).byteLength).toBe(0);
  });

  it("comes as CSV too, and the manifest beside it", async () => {
    const csv = await get({}, "GET", `/v1/exports/${ID}/files/users/part-00000.csv`);
    expect([csv.status, csv.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(await csv.text()).toContain("user_id,user_credit");
    const manifest = await get({}, "GET", `/v1/exports/${ID}/files/manifest.json`);
    expect(await manifest.json()).toEqual(made.manifest);
    const part = await get({ range: "bytes=2-9" }, "GET", `/v1/exports/${ID}/files/manifest.json`);
    expect([part.status, await part.text()]).toEqual([206, JSON.stringify(made.manifest, null, 2).slice(2, 10)]);
  });
});

describe("a part of a file", () => {
  const last = SIZE - 1;
  it.each([
    ["bytes=0-0", 206, 0, 1],
    ["bytes=0-99", 206, 0, 100],
    ["bytes=99990-", 206, 99_990, 10],
    [`bytes=${last}-`, 206, last, 1],
    ["bytes=-5", 206, SIZE - 5, 5],
    ["bytes=-999999", 206, 0, SIZE],
    ["bytes=10-999999", 206, 10, SIZE - 10],
    ["Bytes= 7-8", 206, 7, 2],
    // As a server may answer them: several ranges, another unit, bad syntax.
    ["bytes=0-1,5-6", 200, 0, SIZE],
    ["rows=0-1", 200, 0, SIZE],
    ["bytes=9-3", 200, 0, SIZE],
    ["bytes=-", 200, 0, SIZE],
    ["bytes=x-3", 200, 0, SIZE],
    [`bytes=${SIZE}-`, 416, 0, 0],
    [`bytes=${SIZE}-${SIZE + 5}`, 416, 0, 0],
    ["bytes=-0", 416, 0, 0],
  ])("%s → %i from byte %i, %i bytes", async (range, status, offset, length) => {
    const response = await get({ range });
    expect(response.status).toBe(status);
    const ends = { 200: null, 206: `bytes ${offset}-${offset + length - 1}/${SIZE}`, 416: `bytes */${SIZE}` };
    expect(response.headers.get("content-range")).toBe(ends[status as keyof typeof ends]);
    expect(response.headers.get("content-length")).toBe(String(length));
    expect((await bytesOf(response)).equals(PART.subarray(offset, offset + length))).toBe(true);
  });

  it.each([
    ["the same entity tag", ETAG, 206],
    ["another one", '"0000"', 200],
    ["a weak one", `W/${ETAG}`, 200],
    ["a time", "Sat, 21 Nov 2026 10:00:00 GMT", 200],
  ])("is sent after If-Range with %s: %s", async (_, condition, status) => {
    const response = await get({ range: "bytes=0-9", "if-range": condition });
    expect([response.status, (await bytesOf(response)).byteLength]).toEqual([status, status === 206 ? 10 : SIZE]);
  });
});

it.each([
  [ETAG, 304],
  [`W/${ETAG}`, 304],
  [`"other", ${ETAG}`, 304],
  ["*", 304],
  ['"other"', 200],
])("answers If-None-Match: %s with %i", async (condition, status) => {
  for (const method of ["GET", "HEAD"]) {
    const response = await get({ "if-none-match": condition, range: "bytes=0-9" }, method);
    expect(response.status).toBe(status === 200 && method === "GET" ? 206 : status);
    expect(response.headers.get("etag")).toBe(ETAG);
    if (status === 304) expect((await bytesOf(response)).byteLength).toBe(0);
    else await response.body?.cancel();
  }
});

it("gives out nothing that the manifest does not name", async () => {
  await runtime.env.EXPORTS.put(`${ID}/training/part-00001.parquet`, "a stray");
  await runtime.env.EXPORTS.put(`${ID}/other/part-00000.parquet`, "a stray");
  for (const file of [
    "training/part-00001.parquet",
    "other/part-00000.parquet",
    "training/..%2f..%2flatest.json",
    "latest.json",
    "training/",
    "",
  ]) {
    const { status, body } = await runtime.call(`/v1/exports/${ID}/files/${file}`);
    expect([status, body.error.code], file).toEqual([404, "not_found"]);
  }
});

it.each([
  ["running", "is running"],
  ["failed", "failed"],
  ["removed", "was removed"],
] as const)("gives no file of an export that is %s, and says so", async (state, words) => {
  const other = makeExport({ minute: { running: 1, failed: 2, removed: 3 }[state] });
  // Objects alone are no export.
  await putExport(runtime.env.EXPORTS, other);
  await recordExport(runtime.env, other, state);
  const { id } = other.manifest;
  for (const file of ["manifest.json", "training/part-00000.parquet"]) {
    const { status, body } = await runtime.call(`/v1/exports/${id}/files/${file}`);
    expect([status, body.error]).toEqual([
      404,
      expect.objectContaining({ code: "not_found", message: expect.stringContaining(words) }),
    ]);
  }
  expect((await runtime.call(`/v1/exports/${id}`)).body).toMatchObject({ state, manifest: null, files: null });
});

it("says of an export of an older version that a new one is needed", async () => {
  const old = makeExport({ minute: 4 });
  await recordExport(runtime.env, old);
  await runtime.env.EXPORTS.put(`${old.manifest.id}/manifest.json`, JSON.stringify({ format: 1, tables: {} }));
  const { status, body } = await runtime.call(`/v1/exports/${old.manifest.id}/files/manifest.json`);
  expect([status, body.error.message]).toEqual([404, expect.stringContaining("older version")]);
  expect((await runtime.call(`/v1/exports/${old.manifest.id}`)).body).toMatchObject({
    state: "complete",
    manifest: null,
    files: null,
  });
});

it("sends no bytes of an object that is not the manifest's", async () => {
  const changed = makeExport({ minute: 5 });
  await putExport(runtime.env.EXPORTS, changed);
  await recordExport(runtime.env, changed);
  await runtime.env.EXPORTS.put(`${changed.manifest.id}/users/part-00000.parquet`, "short");
  const { status, body } = await runtime.call(`/v1/exports/${changed.manifest.id}/files/users/part-00000.parquet`);
  expect([status, body.error.code]).toEqual([500, "internal_error"]);
  await runtime.env.EXPORTS.delete(`${changed.manifest.id}/items/part-00000.parquet`);
  const gone = await runtime.call(`/v1/exports/${changed.manifest.id}/files/items/part-00000.parquet`);
  expect([gone.status, gone.body.error.code]).toEqual([404, "not_found"]);
});
