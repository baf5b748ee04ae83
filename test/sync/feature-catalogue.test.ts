import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import {
  compareCatalogue,
  type DescribedFeature,
  FEATURE_COUNT_INTERVAL_MILLISECONDS,
  FEATURE_FIGURE_TEXT_MAX_LENGTH,
  FEATURE_ROWS_MAX,
  figureValue,
  type KnownFeature,
  sampledEvery,
} from "../../domain/sync/feature-catalogue.ts";
import {
  countFeatures,
  type FeatureRecord,
  isFeatureCountOwed,
  listFeatures,
  rememberFeatures,
} from "../../platform/d1/feature-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const START = Date.UTC(2026, 10, 21, 10);
const MINUTE = 60_000;

function at(minutes: number): Date {
  return new Date(START + minutes * MINUTE);
}

function feature(name: string, more: Partial<DescribedFeature> = {}): DescribedFeature {
  return { name, kind: "text", state: "active", was: null, ...more };
}

/** The catalogue after these descriptions, each by the minute at which it was made. */
function catalogueAfter(...descriptions: readonly (readonly [number, readonly DescribedFeature[]])[]) {
  const catalogue = new Map<string, KnownFeature>();
  for (const [minutes, described] of descriptions) {
    const { written } = compareCatalogue([...catalogue.values()], described, at(minutes));
    for (const entry of written) catalogue.set(entry.name, entry);
  }
  return (name: string) => catalogue.get(name);
}

describe("what is known of features", () => {
  it("says that a feature that is not described any more is gone, and when it was last seen", () => {
    const known = catalogueAfter([0, [feature("colour")]], [180, []]);
    expect(known("colour")).toMatchObject({ state: "gone", lastSeenAt: +at(0) });
  });

  it("lets a feature that returns go on from its first day", () => {
    const known = catalogueAfter([0, [feature("colour")]], [90, []], [200, [feature("colour")]]);
    expect(known("colour")).toMatchObject({ state: "active", firstSeenAt: +at(0), lastSeenAt: +at(200) });
  });

  it("takes the first day of a renamed feature over from its old name", () => {
    const known = catalogueAfter([0, [feature("colour")]], [60, [feature("color", { was: "colour" })]]);
    expect(known("color")).toMatchObject({ state: "active", was: "colour", firstSeenAt: +at(0) });
    expect(known("colour")).toMatchObject({ state: "gone", lastSeenAt: +at(0) });
  });

  it("takes it over too when the configuration tells of the renaming after the new name was seen", () => {
    const known = catalogueAfter(
      [0, [feature("colour")]],
      [60, [feature("color")]],
      [120, [feature("color", { was: "colour" })]],
    );
    expect(known("color")).toMatchObject({ was: "colour", firstSeenAt: +at(0) });
  });

  it("keeps an old name that the source still has beside the new one", () => {
    const known = catalogueAfter(
      [0, [feature("colour")]],
      [60, [feature("colour"), feature("color", { was: "colour" })]],
    );
    expect([known("colour")?.state, known("color")?.firstSeenAt]).toEqual(["active", +at(0)]);
  });

  it("writes that a feature is still there once an hour, and a change at once", () => {
    const before: KnownFeature[] = [
      { ...feature("colour"), firstSeenAt: +at(0), lastSeenAt: +at(0) },
      { ...feature("size"), firstSeenAt: +at(0), lastSeenAt: +at(0) },
    ];
    const described = [feature("colour"), feature("size", { kind: "number" })];
    expect(compareCatalogue(before, described, at(59)).written.map((entry) => entry.name)).toEqual(["size"]);
    expect(compareCatalogue(before, described, at(60)).written).toHaveLength(2);
  });

  it.each([
    ["new", [], ["phone"]],
    ["back", [{ ...feature("phone"), state: "gone" as const }], ["phone"]],
    ["known", [feature("phone", { state: "proposed" })], []],
    ["taken out of the configuration", [feature("phone")], []],
  ])("proposes a column that is %s: %#", (_name, before, proposed) => {
    const known = before.map((entry) => ({ ...entry, firstSeenAt: +at(0), lastSeenAt: +at(0) }));
    expect(compareCatalogue(known, [feature("phone", { state: "proposed" })], at(1)).proposed).toEqual(proposed);
  });

  it("comes to nothing new when the same description is told again", () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 });
    const descriptions = fc.array(
      names.map((list) => list.map((name) => feature(name))),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(descriptions, names, (earlier, last) => {
        const catalogue = new Map<string, KnownFeature>();
        const tell = (described: readonly DescribedFeature[], minutes: number): readonly KnownFeature[] => {
          const { written } = compareCatalogue([...catalogue.values()], described, at(minutes));
          for (const entry of written) catalogue.set(entry.name, entry);
          return written;
        };
        earlier.forEach((described, minutes) => tell(described, minutes));
        const described = last.map((name) => feature(name));
        tell(described, 10);
        expect(tell(described, 10)).toEqual([]);
        const there = [...catalogue.values()].filter((entry) => entry.state !== "gone").map((entry) => entry.name);
        expect(there.sort()).toEqual([...last].sort());
      }),
    );
  });

  it.each([
    [0, 1],
    [FEATURE_ROWS_MAX, 1],
    [FEATURE_ROWS_MAX + 1, 2],
    [5 * FEATURE_ROWS_MAX, 5],
  ])("counts of %i rows every %i.", (rows, every) => {
    expect(sampledEvery(rows)).toBe(every);
  });

  it.each([
    ["number", "-1.5", -1.5],
    ["number", "blue", null],
    ["boolean", "true", true],
    ["boolean", "false", false],
    ["date", "2026-11-21", "2026-11-21"],
    ["text", "12", "12"],
    ["text", null, null],
  ])("reads the stored %s %s as %s", (kind, stored, value) => {
    expect(figureValue(kind, stored)).toBe(value);
  });
});

describe("the feature catalogue in D1", () => {
  let runtime: TestRuntime;
  let db: D1Database;
  beforeAll(async () => {
    runtime = await startRuntime();
    db = runtime.env.DB;
  });
  afterAll(() => runtime.close());
  beforeEach(async () => {
    await db.batch(["features", "users", "items", "sync_state"].map((table) => db.prepare(`DELETE FROM ${table}`)));
  });

  async function putUsers(rows: readonly object[], deletedAt: number | null = null): Promise<void> {
    await db
      .prepare(
        `INSERT INTO users (user_id, features, row_hash, changed_run, deleted_at)
         SELECT ?2 || key, value, '00ff', 1, ?3 FROM json_each(?1)`,
      )
      .bind(JSON.stringify(rows), crypto.randomUUID(), deletedAt)
      .run();
  }

  async function catalogue(): Promise<Record<string, FeatureRecord>> {
    const found = await listFeatures(db, { limit: 1_000, after: null });
    return Object.fromEntries(found.map((entry) => [entry.name, entry]));
  }

  it("keeps what a description says, and returns what is newly proposed once", async () => {
    const described = [feature("city"), feature("phone", { state: "proposed" })];
    expect(await rememberFeatures(db, "users", described, at(0))).toEqual(["phone"]);
    expect(await rememberFeatures(db, "users", described, at(1))).toEqual([]);
    expect(await catalogue()).toMatchObject({
      city: { entity: "users", kind: "text", state: "active", firstSeenAt: +at(0), lastSeenAt: +at(0), rowCount: null },
      phone: { state: "proposed" },
    });
  });

  it("tells users' features from items' of the same name", async () => {
    await rememberFeatures(db, "users", [feature("country")], at(0));
    await rememberFeatures(db, "items", [feature("country")], at(1));
    await rememberFeatures(db, "users", [], at(2));
    const found = await listFeatures(db, { limit: 10, after: null });
    expect(found.map(({ entity, state }) => [entity, state])).toEqual([
      ["items", "active"],
      ["users", "gone"],
    ]);
  });

  it("counts nulls, different values and bounds by the kind of each feature, over live rows alone", async () => {
    const strange = 'the "odd" $.name';
    await putUsers([
      { limit: 9, city: "Nantes", since: "2026-01-02", member: true, [strange]: "x" },
      { limit: 100, city: "Lyon", since: "2025-12-31", member: true, [strange]: null },
      { limit: -1.5, city: null, since: "2026-01-02", member: false },
      { limit: null, since: null, member: null, [strange]: "y" },
    ]);
    await putUsers([{ limit: 1_000_000, city: "Aaa", member: true }], 1);
    await rememberFeatures(
      db,
      "users",
      [
        feature("limit", { kind: "number" }),
        feature("city"),
        feature("since", { kind: "date" }),
        feature("member", { kind: "boolean" }),
        feature(strange),
        feature("nowhere", { kind: "number" }),
      ],
      at(0),
    );
    expect(await countFeatures(db, "users", at(1))).toBe(true);
    const shared = { rowCount: 4, countedAt: +at(1) };
    expect(await catalogue()).toMatchObject({
      limit: { ...shared, nulls: 1, distinctValues: 3, minimum: "-1.5", maximum: "100" },
      city: { ...shared, nulls: 2, distinctValues: 2, minimum: "Lyon", maximum: "Nantes" },
      since: { ...shared, nulls: 1, distinctValues: 2, minimum: "2025-12-31", maximum: "2026-01-02" },
      member: { ...shared, nulls: 1, distinctValues: 2, minimum: "false", maximum: "true" },
      [strange]: { ...shared, nulls: 2, distinctValues: 2, minimum: "x", maximum: "y" },
      nowhere: { ...shared, nulls: 4, distinctValues: 0, minimum: null, maximum: null },
    });
  });

  it("cuts long texts", async () => {
    await putUsers([{ story: "b".repeat(500) }, { story: `${"b".repeat(500)}c` }]);
    await rememberFeatures(db, "users", [feature("story")], at(0));
    await countFeatures(db, "users", at(0));
    const cut = "b".repeat(FEATURE_FIGURE_TEXT_MAX_LENGTH);
    expect((await catalogue())["story"]).toMatchObject({ minimum: cut, maximum: cut, distinctValues: 1 });
  });

  it("compares the numbers of a column that has just become one, whatever rows of before hold", async () => {
    await putUsers([{ size: "large" }, { size: 12 }]);
    await rememberFeatures(db, "users", [feature("size", { kind: "number" })], at(0));
    await countFeatures(db, "users", at(0));
    expect((await catalogue())["size"]).toMatchObject({ minimum: "12", maximum: "12", nulls: 0 });
  });

  it("keeps no figure of a column that stops being configured, and none of one that is gone", async () => {
    await putUsers([{ city: "Nantes", phone: "0240" }]);
    await rememberFeatures(db, "users", [feature("city"), feature("phone")], at(0));
    await countFeatures(db, "users", at(0));
    await rememberFeatures(db, "users", [feature("phone", { state: "proposed" })], at(20));
    await countFeatures(db, "users", at(20));
    const nothing = {
      rowCount: null,
      nulls: null,
      distinctValues: null,
      minimum: null,
      maximum: null,
      countedAt: null,
    };
    expect(await catalogue()).toMatchObject({
      city: { state: "gone", ...nothing },
      phone: { state: "proposed", ...nothing },
    });
  });

  it("counts an entity once an interval, and owes what it put off", async () => {
    const interval = FEATURE_COUNT_INTERVAL_MILLISECONDS / MINUTE;
    await rememberFeatures(db, "users", [feature("city")], at(0));
    expect(await isFeatureCountOwed(db, "users")).toBe(true);
    expect(await countFeatures(db, "users", at(0))).toBe(true);
    expect(await isFeatureCountOwed(db, "users")).toBe(false);
    await putUsers([{ city: "Nantes" }]);
    expect(await countFeatures(db, "users", at(interval - 1))).toBe(false);
    expect((await catalogue())["city"]).toMatchObject({ rowCount: 0 });
    expect(await isFeatureCountOwed(db, "users")).toBe(true);
    expect(await isFeatureCountOwed(db, "items")).toBe(true);
    expect(await countFeatures(db, "users", at(interval))).toBe(true);
    expect(await isFeatureCountOwed(db, "users")).toBe(false);
    expect((await catalogue())["city"]).toMatchObject({ rowCount: 1, countedAt: +at(interval) });
  });

  it("counts a sample of a large table, well within what a statement of D1 may take", async () => {
    const rows = FEATURE_ROWS_MAX + 50_000;
    await db
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO users (user_id, features, row_hash, changed_run)
         SELECT i, json_object('number', i, 'odd', i % 2 = 1, 'text', 'text ' || i), printf('%08x', i * 2654435761 % 4294967296), 1 FROM n`,
      )
      .bind(rows)
      .run();
    const names = ["number", "text", "odd", "one", "two", "three"];
    await rememberFeatures(
      db,
      "users",
      names.map((name) => feature(name, { kind: name === "number" ? "number" : "text" })),
      at(0),
    );
    const started = Date.now();
    await countFeatures(db, "users", at(0));
    expect(Date.now() - started).toBeLessThan(10_000);
    const { number } = await catalogue();
    expect(number).toMatchObject({ distinctValues: number?.rowCount, nulls: 0 });
    expect((number?.rowCount ?? 0) / rows).toBeCloseTo(0.5, 2);
  });
});
