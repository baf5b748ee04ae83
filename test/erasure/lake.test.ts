import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { PersonMatcher } from "../../domain/erasure/person.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import { EVENTS_TABLE, eventRow } from "../../domain/lake/events-table.ts";
import { filesToRead } from "../../domain/lake/hour-listing.ts";
import { HOUR_MILLISECONDS, hourFolder, smallFileKey } from "../../domain/lake/lake-keys.ts";
import { LAKE_TABLE_TRAITS } from "../../domain/lake/tables.ts";
import { encodeLakeFile } from "../../platform/parquet/encode-lake-file.ts";
import { type ParquetRow, readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { putLakeFile, readHour } from "../../platform/r2/lake-store.ts";
import { compactHour } from "../../workers/workflows/compaction/compact-hour.ts";
import { sweepHour } from "../../workers/workflows/compaction/sweep-hour.ts";
import { eraseHour, type ErasedHour } from "../../workers/workflows/erasure/erase-hour.ts";
import { Killed, mortalBucket } from "../lake/mortal-bucket.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
let bucket: R2Bucket;
beforeAll(async () => {
  runtime = await startRuntime();
  bucket = runtime.env.LAKE;
});
afterAll(() => runtime.close());

const pseudonym = (id: string): string => `pseudonym of ${id}`;
const CLIENT = "c:their-browser";
let lastHour = Date.UTC(2026, 0, 1);
/** An hour that no other test has used. */
function freshHour(): number {
  lastHour += HOUR_MILLISECONDS;
  return lastHour;
}

/** The user, and what their browser did in the first half of the hour. */
function personIn(hourMs: number): PersonMatcher {
  const client = { client: pseudonym(CLIENT), after: -1, upto: hourMs + HOUR_MILLISECONDS / 2 };
  return new PersonMatcher({ user: pseudonym("u:person"), clients: [client] });
}

const SHOPPERS = ["u:person", CLIENT, "u:other", "c:another-browser"];

function events(hourMs: number, numbers: readonly number[]): Interaction[] {
  return numbers.map((number) => ({
    event_id: `event-${number}`,
    name: "search",
    shopper: SHOPPERS[number % SHOPPERS.length] ?? "",
    at: hourMs + number,
    received_at: hourMs + number * 60_000,
    items: [{ item_id: `item-${number % 3}`, quantity: number }],
    session_id: `visit-${number}`,
    params: { search_term: `term ${number}`, note: `note ${number}` },
  }));
}

async function putFiles(hourMs: number, files: readonly (readonly number[])[], segment = 1): Promise<void> {
  for (const [shard, numbers] of files.entries()) {
    const rows = events(hourMs, numbers).map((one) => eventRow(one, pseudonym));
    await putLakeFile(bucket, smallFileKey("events", hourMs, shard, segment), encodeLakeFile(EVENTS_TABLE, rows));
  }
}

async function rowsOf(hourMs: number, files: readonly string[]): Promise<ParquetRow[]> {
  const rows: ParquetRow[] = [];
  for (const file of files) {
    const object = await bucket.get(hourFolder("events", hourMs) + file);
    if (object === null) throw new Error(`${file} is gone while a reader reads.`);
    rows.push(...(await readParquetBytes(new Uint8Array(await object.arrayBuffer()))));
  }
  return rows;
}

/** What a reader reads who follows the rule, by what is counted. */
async function read(hourMs: number): Promise<{ counted: string[]; rows: ParquetRow[] }> {
  const { listing, marker } = await readHour(bucket, "events", hourMs);
  const rows = await rowsOf(hourMs, filesToRead(listing, marker?.content ?? null));
  return { counted: rows.map(({ name, event_time, items }) => JSON.stringify([name, event_time, items])).sort(), rows };
}

/** Everything in the folder, whoever may read it. */
async function everything(hourMs: number): Promise<string> {
  const { listing } = await readHour(bucket, "events", hourMs);
  const files = listing.filter(({ kind }) => kind === "small" || kind === "large").map(({ file }) => file);
  return JSON.stringify(await rowsOf(hourMs, files));
}

const place = (hourMs: number, by: R2Bucket) => ({ bucket: by, traits: LAKE_TABLE_TRAITS.events, hourMs });

async function erase(hourMs: number, by = bucket, isClosed = true): Promise<ErasedHour> {
  const deps = { db: runtime.env.DB, person: personIn(hourMs), isClosed, now: Date.now };
  const erased = await eraseHour(place(hourMs, by), deps);
  if (erased.state !== "uncompacted") return erased;
  await compactHour((_name, run) => run(), place(hourMs, by), { now: Date.now });
  return eraseHour(place(hourMs, by), deps);
}

const ALL = Array.from({ length: 40 }, (_, number) => number);
const FILES = [ALL.slice(0, 16), ALL.slice(16, 30), ALL.slice(30)];

it("leaves as many rows, with all that is counted, and nothing of the person, in whatever way the hour stands", async () => {
  const hourMs = freshHour();
  await putFiles(hourMs, FILES);
  const before = await read(hourMs);
  const erased = await erase(hourMs);
  // 10 of the user's, and 8 of the 10 of the browser, which are of the time that was theirs.
  expect(erased).toMatchObject({ state: "clean", rows: 18 });
  const after = await read(hourMs);
  expect(after.counted).toEqual(before.counted);
  const text = await everything(hourMs);
  expect(text).not.toContain("pseudonym of u:person");
  const theirs = after.rows.filter((row) => row["shopper_kind"] === "one_off");
  expect(theirs).toHaveLength(18);
  expect(new Set(theirs.map((row) => row["shopper"])).size).toBe(18);
  expect(theirs).toEqual(theirs.map((row) => ({ ...row, session: null, search_term: null, params: null })));
  for (const number of [0, 1, 4, 5])
    expect(text).not.toMatch(new RegExp(`event-${number}"|term ${number}"|visit-${number}"`));
  // The browser's later rows, and everybody else's, are as they were.
  const others = (rows: readonly ParquetRow[]): string[] =>
    rows
      .filter((row) => !theirs.some((one) => Number(one["event_time"]) === Number(row["event_time"])))
      .map((row) => JSON.stringify(row))
      .sort();
  expect(others(after.rows)).toEqual(others(before.rows));
  expect(others(after.rows)).toHaveLength(22);
});

it("does so again where a file came late, and where nothing is left", async () => {
  const hourMs = freshHour();
  await putFiles(hourMs, FILES.slice(0, 2));
  await erase(hourMs);
  await putFiles(hourMs, FILES.slice(2), 2);
  const late = await everything(hourMs);
  expect(late).toContain("pseudonym of u:person");
  expect(await erase(hourMs)).toMatchObject({ state: "clean", rows: 2 });
  expect(await everything(hourMs)).not.toContain("pseudonym of u:person");
  expect((await read(hourMs)).rows).toHaveLength(40);
  expect(await erase(hourMs)).toMatchObject({ state: "clean", rows: 0, files: 0 });
});

it("leaves an hour alone that may still get files", async () => {
  const hourMs = freshHour();
  await putFiles(hourMs, FILES);
  const before = await readHour(bucket, "events", hourMs);
  expect(await erase(hourMs, bucket, false)).toMatchObject({ state: "open", rows: 0 });
  expect(await readHour(bucket, "events", hourMs)).toEqual(before);
});

it("keeps small files that a marker superseded for whoever listed them, but those of the person", async () => {
  const hourMs = freshHour();
  await putFiles(hourMs, [
    [0, 2],
    [2 + 4, 3 + 4],
  ]);
  await compactHour((_name, run) => run(), place(hourMs, bucket), { now: Date.now });
  await erase(hourMs);
  const { listing } = await readHour(bucket, "events", hourMs);
  expect(listing.filter(({ kind }) => kind === "small").map(({ file }) => file)).toEqual([
    "shard-01-0000000001.parquet",
  ]);
  const later = Date.now() + 25 * HOUR_MILLISECONDS;
  expect(await sweepHour(place(hourMs, bucket), later)).toMatchObject({ deleted: 1, isClean: true });
  expect((await read(hourMs)).rows).toHaveLength(4);
});

it.each([
  ["small", false],
  ["large", true],
])(
  "takes %s files that hold the person from whoever listed them, who lists again and misses no row",
  async (_, large) => {
    const hourMs = freshHour();
    await putFiles(hourMs, FILES);
    if (large) await compactHour((_name, run) => run(), place(hourMs, bucket), { now: Date.now });
    const { counted } = await read(hourMs);
    const { listing, marker } = await readHour(bucket, "events", hourMs);
    const listed = filesToRead(listing, marker?.content ?? null);
    await erase(hourMs);
    await expect(rowsOf(hourMs, listed)).rejects.toThrow("is gone while a reader reads");
    expect((await read(hourMs)).counted).toEqual(counted);
  },
);

describe("killed at any request, it is begun again, and no reader ever sees a row twice or misses one", () => {
  it.each(Array.from({ length: 40 }, (_, request) => request + 1))("request %i", async (dieAt) => {
    const hourMs = freshHour();
    await putFiles(hourMs, FILES);
    const { counted } = await read(hourMs);
    const mortal = mortalBucket(bucket, dieAt, async () => {
      expect((await read(hourMs)).counted).toEqual(counted);
    });
    let deaths = 0;
    await erase(hourMs, mortal).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
      deaths += 1;
    });
    await erase(hourMs);
    expect((await read(hourMs)).counted).toEqual(counted);
    expect(await everything(hourMs)).not.toContain("pseudonym of u:person");
    if (dieAt === 1) expect(deaths).toBe(1);
  });
});

it("lets compaction be at the same hour at the same time: one of them wins, and the next attempt ends it", async () => {
  for (let round = 0; round < 5; round++) {
    const hourMs = freshHour();
    await putFiles(hourMs, FILES);
    const { counted } = await read(hourMs);
    const compaction = compactHour((_name, run) => run(), place(hourMs, bucket), { now: Date.now }).catch(() => null);
    await Promise.all([compaction, erase(hourMs).catch(() => null), erase(hourMs).catch(() => null)]);
    expect(await erase(hourMs)).toMatchObject({ state: "clean" });
    expect((await read(hourMs)).counted).toEqual(counted);
    expect(await everything(hourMs)).not.toContain("pseudonym of u:person");
  }
});
