import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { hourFolder, HOUR_MILLISECONDS, smallFileKey } from "../../domain/lake/lake-keys.ts";
import { GRACE_MILLISECONDS } from "../../domain/lake/limits.ts";
import type { LakeTableName } from "../../domain/lake/lake-table.ts";
import { LAKE_TABLE_TRAITS } from "../../domain/lake/tables.ts";
import { encodeLakeFile } from "../../platform/parquet/encode-lake-file.ts";
import { readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { putLakeFile, readHour } from "../../platform/r2/lake-store.ts";
import { compactHour, type CompactedHour, type RunStep } from "../../workers/workflows/compaction/compact-hour.ts";
import { CompactionRefusal } from "../../workers/workflows/compaction/refusal.ts";
import { sweepHour } from "../../workers/workflows/compaction/sweep-hour.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { Killed, mortalBucket } from "./mortal-bucket.ts";
import { answerRows, eventRows, putAnswers, putEvents, readRows } from "./rows.ts";

let runtime: TestRuntime;
let bucket: R2Bucket;
beforeAll(async () => {
  runtime = await startRuntime();
  bucket = runtime.env.LAKE;
});
afterAll(() => runtime.close());

let lastHour = Date.UTC(2026, 0, 1);
/** An hour that no other test has used. */
function freshHour(): number {
  lastHour += HOUR_MILLISECONDS;
  return lastHour;
}

const everyStep: RunStep = (_name, run) => run();
const small = { bytes: 9_000, sources: 2 };
/** So few that an hour of some answers needs several passes, and several files for what came again. */
const fewRepeats = { idsPerFile: 2, passBytes: 4_000 };

function compact(table: LakeTableName, hourMs: number, by = bucket, step = everyStep): Promise<CompactedHour> {
  const place = { bucket: by, traits: LAKE_TABLE_TRAITS[table], hourMs };
  return compactHour(step, place, { now: Date.now, bounds: small, repeats: fewRepeats });
}

async function sweep(table: LakeTableName, hourMs: number, now: number): ReturnType<typeof sweepHour> {
  return sweepHour({ bucket, traits: LAKE_TABLE_TRAITS[table], hourMs }, now);
}

/** Steps that outlive whoever ran them, as a workflow's do. */
function rememberedSteps(): RunStep {
  const done = new Map<string, unknown>();
  return async <Value>(name: string, run: () => Promise<Value>): Promise<Value> => {
    if (!done.has(name)) done.set(name, await run());
    return done.get(name) as Value;
  };
}

/** Runs until one run is not killed; each dies after as many requests as the list says. */
async function untilDone(
  table: LakeTableName,
  hourMs: number,
  lives: readonly number[],
  isResumed: boolean,
  afterChange: () => Promise<void>,
): Promise<void> {
  const step = isResumed ? rememberedSteps() : everyStep;
  for (const requests of [...lives, Infinity]) {
    try {
      await compact(table, hourMs, mortalBucket(bucket, requests, afterChange), step);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

const splits = fc
  .array(fc.nat({ max: 5 }), { maxLength: 40 })
  .map((files) => Array.from({ length: 6 }, (_, file) => [...files.keys()].filter((number) => files[number] === file)));
const lives = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 });

describe("compaction of an hour", () => {
  it("never shows a reader an event twice or not at all, however the rows are split into files and whenever it dies", async () => {
    await fc.assert(
      fc.asyncProperty(splits, lives, fc.boolean(), async (files, deaths, isResumed) => {
        const hour = freshHour();
        await putEvents(bucket, hour, files);
        const before = await readRows(bucket, "events", hour);
        let looks = 0;
        await untilDone("events", hour, deaths, isResumed, async () => {
          looks++;
          expect(await readRows(bucket, "events", hour)).toEqual(before);
        });
        expect(looks).toBeGreaterThan(0);
        const { marker } = await readHour(bucket, "events", hour);
        expect(marker?.content.rows).toBe(before.length);

        // Before the grace period is over nothing goes; after it only what readers read is left.
        await sweep("events", hour, Date.now());
        expect((await readHour(bucket, "events", hour)).listing.filter(({ kind }) => kind === "small")).toHaveLength(6);
        const swept = await sweep("events", hour, Date.now() + GRACE_MILLISECONDS + 1_000);
        expect(swept.isClean).toBe(true);
        expect(await readRows(bucket, "events", hour)).toEqual(before);
      }),
      { numRuns: 10 },
    );
  }, 180_000);

  it("takes repeated rows out of what is delivered at least once, wherever they are, and no others", async () => {
    const answers = fc.array(fc.array(fc.nat({ max: 12 }), { maxLength: 8 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(answers, lives, fc.boolean(), async (files, deaths, isResumed) => {
        const hour = freshHour();
        await putAnswers(bucket, hour, files);
        const distinct = [...new Set(await readRows(bucket, "recommendations", hour))];
        await untilDone("recommendations", hour, deaths, isResumed, async () => {
          expect([...new Set(await readRows(bucket, "recommendations", hour))]).toEqual(distinct);
        });
        expect(await readRows(bucket, "recommendations", hour)).toEqual(distinct);
        expect(distinct).toHaveLength(answerRows([...new Set(files.flat())], hour).length);
      }),
      { numRuns: 10 },
    );
  }, 180_000);

  it("takes a file that came late into new large files, and keeps it until then", async () => {
    const hour = freshHour();
    await putEvents(bucket, hour, [[1, 2], [3], [4, 5]]);
    await compact("events", hour);
    const old = (await readHour(bucket, "events", hour)).marker?.content.files ?? [];
    await putEvents(bucket, hour, [[6, 7]], 9);
    await sweep("events", hour, Date.now() + GRACE_MILLISECONDS + 1_000);
    expect(await compact("events", hour)).toMatchObject({ kind: "compacted", rows: 7 });
    expect(await readRows(bucket, "events", hour)).toHaveLength(7);
    expect(await compact("events", hour)).toEqual({ kind: "nothing" });
    // Whoever read the earlier marker can still read its files.
    const { listing } = await readHour(bucket, "events", hour);
    expect(listing.map(({ file }) => file)).toEqual(expect.arrayContaining(old.map(({ file }) => file)));
    await sweep("events", hour, Date.now() + GRACE_MILLISECONDS + 1_000);
    expect(await readRows(bucket, "events", hour)).toHaveLength(7);
  });

  it("sorts rows by time within a file, so that readers skip row groups", async () => {
    const hour = freshHour();
    await putEvents(bucket, hour, [
      [5, 1, 4],
      [2, 3],
    ]);
    await compact("events", hour);
    const { marker } = await readHour(bucket, "events", hour);
    const [large] = marker?.content.files ?? [];
    const object = await bucket.get(hourFolder("events", hour) + (large?.file ?? ""));
    const rows = await readParquetBytes(new Uint8Array((await object?.arrayBuffer()) ?? []));
    const times = rows.map((row) => Number(row["event_time"]));
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(times).toHaveLength(5);
  });

  it("refuses an hour with a damaged file, and readers go on reading the small ones", async () => {
    const hour = freshHour();
    await putEvents(bucket, hour, [[1, 2]]);
    const { table } = LAKE_TABLE_TRAITS.events;
    const whole = encodeLakeFile(table, eventRows([3], hour));
    await putLakeFile(bucket, smallFileKey("events", hour, 7, 1), whole.slice(0, -20));
    await expect(compact("events", hour)).rejects.toThrow(CompactionRefusal);
    expect((await readHour(bucket, "events", hour)).marker).toBeNull();
  });

  it("refuses a file that a later version of the table wrote, since its columns would be lost", async () => {
    const hour = freshHour();
    const { table } = LAKE_TABLE_TRAITS.events;
    const later = encodeLakeFile({ ...table, version: table.version + 1 }, eventRows([3], hour));
    await putLakeFile(bucket, smallFileKey("events", hour, 7, 1), later);
    await expect(compact("events", hour)).rejects.toThrow("It has version 2 of events; this runtime knows 1.");
  });

  it("refuses when a file came while it was at work, and takes it the next time", async () => {
    const hour = freshHour();
    await putEvents(bucket, hour, [[1], [2], [3]]);
    let came = false;
    const interrupted = mortalBucket(bucket, Infinity, async () => {
      if (came) return;
      came = true;
      await putEvents(bucket, hour, [[4]], 2);
    });
    await expect(compact("events", hour, interrupted)).rejects.toThrow("Files came or went");
    expect(await compact("events", hour)).toMatchObject({ kind: "compacted", rows: 4 });
  });

  it("lets the first of two runs win, and the other change nothing", async () => {
    const hour = freshHour();
    await putEvents(bucket, hour, [[1], [2], [3]]);
    const outcomes = await Promise.all([compact("events", hour), compact("events", hour)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(["compacted", "overtaken"]);
    expect(await readRows(bucket, "events", hour)).toHaveLength(3);
  });
});
