import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { ListedFile } from "../../domain/lake/hour-listing.ts";
import { filesToRead } from "../../domain/lake/hour-listing.ts";
import { hourWork } from "../../domain/lake/hour-work.ts";
import {
  batchFileKey,
  hourBeginning,
  hourFolder,
  hourOf,
  largeFileName,
  markerKey,
  parseLakeKey,
  smallFileKey,
} from "../../domain/lake/lake-keys.ts";
import { eventRow, EVENTS_TABLE } from "../../domain/lake/events-table.ts";
import { LAKE_TABLES } from "../../domain/lake/lake-table.ts";
import { GRACE_MILLISECONDS } from "../../domain/lake/limits.ts";
import type { LakeMarker } from "../../domain/lake/marker.ts";
import { maskPersonal, maskText } from "../../domain/lake/mask-personal.ts";
import { NumberSet } from "../../domain/lake/number-set.ts";
import { planHour } from "../../domain/lake/plan.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";

const HOUR = Date.UTC(2026, 10, 21, 9);
const NOW = HOUR + 2 * GRACE_MILLISECONDS;

function listed(file: string, kind: ListedFile["kind"], changes: Partial<ListedFile> = {}): ListedFile {
  return { file, kind, bytes: 10, etag: `etag of ${file}`, uploadedAt: HOUR, ...changes };
}

function marker(files: readonly string[], sources: readonly string[], compactedAt: number): LakeMarker {
  return {
    format: 1,
    table: "events",
    hour: new Date(HOUR).toISOString(),
    compacted_at: new Date(compactedAt).toISOString(),
    schema_version: 1,
    rows: 1,
    repeated_rows: 0,
    files: files.map((file) => ({ file, rows: 1, bytes: 10, sha256: "" })),
    sources: sources.map((file) => ({ file, etag: `etag of ${file}` })),
  };
}

const MARKER = listed("_compacted.json", "marker");
const A = listed("shard-00-0000000001.parquet", "small");
const B = listed("shard-01-0000000001.parquet", "small");
const LARGE = listed("large-0-0001-of-0001.parquet", "large");
const STRAY = listed("large-1-0001-of-0001.parquet", "large");

describe("the rule for readers", () => {
  it("takes small files where there is no marker, never large ones", () => {
    expect(filesToRead([LARGE, A, B], null)).toEqual([A.file, B.file]);
  });

  it("takes what the marker names, and nothing else", () => {
    expect(filesToRead([MARKER, LARGE, STRAY, A], marker([LARGE.file], [A.file], NOW))).toEqual([LARGE.file]);
  });
});

describe("what an hour needs", () => {
  const old = marker([LARGE.file], [A.file, B.file], HOUR);
  it.each([
    ["nothing where there is nothing", [], null, { kind: "nothing" }],
    ["nothing where only an unnamed large file is", [STRAY], null, { kind: "nothing" }],
    ["to be compacted where small files are", [STRAY, A, B], null, { kind: "compact", sources: [A, B] }],
    [
      "to be compacted again, with its large files, where one came late",
      [MARKER, LARGE, A],
      marker([LARGE.file], [B.file], NOW),
      { kind: "compact", sources: [LARGE, A] },
    ],
    [
      "to be compacted again where one changed",
      [MARKER, LARGE, { ...A, etag: "another" }],
      old,
      { kind: "compact", sources: [LARGE, { ...A, etag: "another" }] },
    ],
    [
      "to wait within the grace period",
      [MARKER, LARGE, A],
      marker([LARGE.file], [A.file], NOW - GRACE_MILLISECONDS + 1),
      { kind: "wait" },
    ],
    ["to be swept after it", [MARKER, LARGE, A, B], old, { kind: "sweep", files: [A.file, B.file] }],
    [
      "a large file that another run may be about to name left alone",
      [MARKER, LARGE, { ...STRAY, uploadedAt: NOW - 1 }],
      old,
      { kind: "wait" },
    ],
    [
      "a large file that nobody will name any more swept",
      [MARKER, LARGE, STRAY],
      old,
      { kind: "sweep", files: [STRAY.file] },
    ],
    ["nothing where only what readers read is left", [MARKER, LARGE], old, { kind: "nothing" }],
  ] as const)("is %s", (_, listing, itsMarker, work) => {
    expect(hourWork(listing, itsMarker, NOW)).toEqual(work);
  });
});

describe("keys of the lake", () => {
  it("are what the contract says, and are read back", () => {
    const key = smallFileKey("events", HOUR, 3, 42);
    expect(key).toBe("events/date=2026-11-21/hour=09/shard-03-0000000042.parquet");
    expect(parseLakeKey(key)).toEqual({
      table: "events",
      hourMs: HOUR,
      file: "shard-03-0000000042.parquet",
      kind: "small",
    });
    expect(parseLakeKey(batchFileKey("recommendations", HOUR, "1a-2"))?.kind).toBe("small");
    expect(parseLakeKey(hourFolder("orders", HOUR) + largeFileName("00ff", 2, 3))).toMatchObject({
      kind: "large",
      file: "large-00ff-0002-of-0003.parquet",
    });
    expect(parseLakeKey(markerKey("orders", HOUR))?.kind).toBe("marker");
  });

  it("put the marker before everything else of an hour, so that the first page of a listing has it", () => {
    const files = ["batch-a.parquet", "large-0-0001-of-0001.parquet", "shard-00-0000000000.parquet"];
    expect([...files, "_compacted.json"].sort()[0]).toBe("_compacted.json");
  });

  it.each([
    "quarantine/source=events/date=2026-11-21/a.jsonl",
    "events/date=2026-11-21/hour=09/notes.txt",
    "events/",
    "",
  ])("are not what %s is", (key) => expect(parseLakeKey(key)).toBeNull());

  it("name the hour of UTC that holds a moment", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("2999-01-01"), noInvalidDate: true }), (date) => {
        const { date: day, hour } = hourOf(date.getTime());
        expect(date.toISOString().startsWith(`${day}T${hour}`)).toBe(true);
        expect(parseLakeKey(markerKey(LAKE_TABLES[0], date.getTime()))?.hourMs).toBe(hourBeginning(date.getTime()));
      }),
    );
  });
});

describe("the plan of an hour", () => {
  const file = (number: number): ListedFile =>
    listed(`shard-00-${number}.parquet`, "small", { bytes: (number % 7) + 1 });

  it("takes every file once, within the bounds unless one alone is larger", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(99)),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (numbers, bytes, sources) => {
          const files = numbers.map(file);
          const { parts } = planHour(files, { bytes, sources });
          expect(parts.flat().toSorted()).toEqual(files.map((one) => one.file).toSorted());
          for (const part of parts) {
            const sum = files.filter((one) => part.includes(one.file)).reduce((total, one) => total + one.bytes, 0);
            expect(part.length <= sources && (sum <= bytes || part.length === 1)).toBe(true);
          }
        },
      ),
    );
  });

  it("has one name for the same files in any order, and another for others, or for other cuts", () => {
    const files = [1, 2, 3].map(file);
    const { id } = planHour(files);
    expect(planHour(files.toReversed()).id).toBe(id);
    expect(
      planHour([...files.slice(1), listed("shard-00-1.parquet", "small", { bytes: 2, etag: "other" })]).id,
    ).not.toBe(id);
    expect(planHour(files, { bytes: 1, sources: 1 }).id).not.toBe(id);
  });
});

describe("a set of numbers", () => {
  it("holds what was added, once, like JavaScript's own", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(50), fc.maxSafeNat())), (numbers) => {
        const set = new NumberSet();
        const other = new Set<number>();
        for (const number of numbers) {
          expect(set.add(number)).toBe(!other.has(number));
          other.add(number);
        }
        expect(set.size).toBe(other.size);
        for (const number of other) expect(set.has(number)).toBe(true);
        expect(set.has(51)).toBe(other.has(51));
      }),
    );
  });

  it("grows to many", () => {
    const set = new NumberSet();
    for (let number = 0; number < 20_000; number++) set.add(number * 2_097_152);
    expect([set.size, set.has(19_999 * 2_097_152), set.has(1)]).toEqual([20_000, true, false]);
  });
});

describe("a pseudonym", () => {
  it("is the same for ever for an id and a secret, and another for each other id or secret", () => {
    const pseudonym = pseudonymizer("secret");
    // The first 128 bits of HMAC-SHA-256: a change of this line makes strangers of everybody in the lake.
    expect(pseudonym("u:489")).toBe("6144b57e71918e041e010fc9db42fab9");
    expect(pseudonym("c:489")).not.toBe(pseudonym("u:489"));
    expect(pseudonymizer("another")("u:489")).not.toBe(pseudonym("u:489"));
    expect(() => pseudonymizer("")).toThrow("DATA_SECRET is empty");
  });
});

describe("what looks personal", () => {
  it.each([
    ["email", "x"],
    ["firstName", "Ada"],
    ["billing_address", { town: "Nantes" }],
    ["user_id", "489"],
    ["note", "write to ada@shop.example"],
  ])("is masked: %s", (key, value) => {
    expect(maskPersonal({ deep: [{ [key]: value }] })).toEqual({ deep: [{ [key]: "[masked]" }] });
  });

  it.each([
    ["filename", "a.png"],
    ["name", "Kestrel"],
    ["page", "/a@b"],
    ["value", 3],
    ["emailing", true],
  ])("is not %s", (key, value) => expect(maskPersonal({ [key]: value })).toEqual({ [key]: value }));

  it("is masked in what people search for", () => {
    expect([maskText("ada@shop.example"), maskText("1962 Lancia @ home")]).toEqual(["[masked]", "1962 Lancia @ home"]);
  });
});

describe("the row of an event", () => {
  const cell = (name: string, row: readonly unknown[]): unknown =>
    row[EVENTS_TABLE.columns.findIndex((column) => column.name === name)];
  const event = {
    event_id: "e",
    name: "view_item",
    shopper: "u:1",
    at: HOUR,
    received_at: HOUR,
    items: [],
    params: {},
  };
  const pseudonym = (id: string): string => `<${id}>`;

  it("ties the client of a sign-in to the user, and shows neither's id in params", () => {
    const row = eventRow({ ...event, name: "sign_in", params: { client: "c:browser" } }, pseudonym);
    expect([cell("shopper", row), cell("signed_in_client", row), cell("params", row)]).toEqual([
      "<u:1>",
      "<c:browser>",
      null,
    ]);
  });

  it("has no visit for a shopper who has not consented to be recognised", () => {
    const one = { ...event, session_id: "visit" };
    expect(cell("session", eventRow({ ...one, shopper: "x:1" }, pseudonym))).toBeNull();
    expect(cell("session", eventRow(one, pseudonym))).toBe("<s:visit>");
  });

  it("keeps in params what a column cannot hold", () => {
    const row = eventRow({ ...event, params: { currency: 7, rating: "high", search_term: "cars" } }, pseudonym);
    expect([cell("currency", row), cell("rating", row), cell("search_term", row)]).toEqual([null, null, "cars"]);
    expect(cell("params", row)).toBe('{"currency":7,"rating":"high"}');
  });
});
