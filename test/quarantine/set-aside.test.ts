import { afterAll, beforeAll, expect, it } from "vitest";

import { FILE_MAX_BYTES } from "../../domain/quarantine/limits.ts";
import { quarantineLineSchema, type SetAsideRecord } from "../../domain/quarantine/record.ts";
import { dataSecret, sealerOf } from "../../platform/quarantine/seal.ts";
import { setAside } from "../../platform/quarantine/set-aside.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

const RECEIVED = Date.UTC(2026, 10, 20, 23, 59, 59);
const USER = "customer-489-of-nantes";
const CLIENT = "0123456789abcdefghijklmn";

function record(rest: Partial<SetAsideRecord> = {}): SetAsideRecord {
  return {
    reason: "unknown_event",
    detail: "There is no event of this name.",
    at: RECEIVED,
    payload: { shopper: `u:${USER}`, client_id: CLIENT, event: { name: "vew_item", params: { email: "a@b.example" } } },
    ...rest,
  };
}

async function files(prefix: string): Promise<{ key: string; text: string }[]> {
  const { objects } = await runtime.env.LAKE.list({ prefix });
  return Promise.all(
    objects.map(async ({ key }) => ({ key, text: (await (await runtime.env.LAKE.get(key))?.text()) ?? "" })),
  );
}

async function rows(source: string): Promise<Record<string, unknown>[]> {
  const { results } = await runtime.env.DB.prepare("SELECT * FROM kept_files WHERE source = ?").bind(source).all();
  return results;
}

it("keeps the same records as one object and one row, however often they come", async () => {
  const records = [record(), record({ reason: "invalid_event" })];
  await setAside(runtime.env, "events", records);
  const [first] = await files("quarantine/source=events/");
  await setAside(runtime.env, "events", records);
  const found = await files("quarantine/source=events/");
  expect(found).toEqual([first]);
  expect(first?.key).toMatch(/^quarantine\/source=events\/date=2026-11-20\/[0-9a-f]{32}\.jsonl$/);
  expect(await rows("events")).toMatchObject([
    {
      key: first?.key,
      kind: "quarantine",
      records: 2,
      reasons: JSON.stringify({ unknown_event: 1, invalid_event: 1 }),
      replayed_at: null,
      replay: null,
    },
  ]);
});

it("shows a reader of the bucket nothing of the ids and addresses in it, and the Worker all of it", async () => {
  const [file] = await files("quarantine/source=events/");
  const text = file?.text ?? "";
  for (const hidden of [USER, CLIENT, "a@b.example", "nantes", "abcdefgh"]) expect(text).not.toContain(hidden);
  // A text's base64 depends on where it begins in what was encoded: no part of any line may decode to an id.
  for (const sealed of text.matchAll(/"sealed":"([^"]*)"/g)) {
    expect(Buffer.from(sealed[1] ?? "", "base64").toString("latin1")).not.toContain("nantes");
  }
  const lines = text
    .trim()
    .split("\n")
    .map((line) => quarantineLineSchema.parse(JSON.parse(line)));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({
    reason: "unknown_event",
    time: "2026-11-20T23:59:59.000Z",
    source: "events",
    payload: { event: { name: "vew_item", params: { email: "[masked]" } } },
  });
  const sealer = await sealerOf(dataSecret(runtime.env));
  expect(JSON.parse(await sealer.unseal(lines[0]?.sealed ?? ""))).toEqual(record().payload);
  const other = await sealerOf("another secret");
  await expect(other.unseal(lines[0]?.sealed ?? "")).rejects.toThrow();
});

it("writes no row of a file that R2 did not take, and heals when it is called again", async () => {
  const records = [record({ reason: "unknown_user" })];
  const away = { put: () => Promise.reject(new Error("R2 is away")) } as unknown as R2Bucket;
  const { DB, LAKE } = runtime.env;
  const DATA_SECRET = dataSecret(runtime.env) as "local-development-data-secret-not-for-production";
  await expect(setAside({ DB, DATA_SECRET, LAKE: away }, "orders", records)).rejects.toThrow("R2 is away");
  expect(await rows("orders")).toEqual([]);
  await setAside({ DB, DATA_SECRET, LAKE }, "orders", records);
  expect(await rows("orders")).toHaveLength(1);
});

it("divides what is too much for one file, and counts what was not kept in the last", async () => {
  const big = { text: "x".repeat(FILE_MAX_BYTES / 3) };
  const records = [1, 2, 3, 4].map((n) => record({ reason: "row_too_large", payload: { n, ...big } }));
  await setAside(runtime.env, "features", records, { since: RECEIVED, counts: { unknown_event: 7, invalid_event: 2 } });
  const found = await rows("features");
  expect(found.map((row) => row["records"])).toEqual([2, 2]);
  expect(found.map((row) => JSON.parse(String(row["reasons"])) as unknown)).toContainEqual({
    row_too_large: 2,
    not_kept: 9,
  });
});

it("keeps counts alone, and those of another moment beside them", async () => {
  const before = (await rows("events")).length;
  const counts = { unknown_event: 7 };
  for (const since of [RECEIVED, RECEIVED, RECEIVED + 1]) await setAside(runtime.env, "events", [], { since, counts });
  await setAside(runtime.env, "events", []);
  expect((await rows("events")).length).toBe(before + 2);
});

it("refuses to keep anything where there is no secret to seal it with", async () => {
  const { DB, LAKE } = runtime.env;
  await expect(setAside({ DB, LAKE }, "events", [record()])).rejects.toThrow("DATA_SECRET");
});
