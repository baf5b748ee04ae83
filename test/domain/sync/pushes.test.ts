import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { FeatureValue } from "../../../domain/catalogue/records.ts";
import { fieldsOf, withPushes } from "../../../domain/sync/pushed-record.ts";
import { keepPushed, type PushedField, type PushedFields, settlePushed } from "../../../domain/sync/pushes.ts";
import { item } from "../../support/catalogue.ts";

const HOLD_SECONDS = 900;
const PUSHED_AT = 1_000_000;
const YOUNG = PUSHED_AT + HOLD_SECONDS * 1000 - 1;
const OLD = PUSHED_AT + HOLD_SECONDS * 1000;

/** Ten in stock, by the source; the shop pushed nine. */
const pushed: PushedField = { value: 9, at: PUSHED_AT, sourceValue: 10 };

function keep(field: PushedField, said: FeatureValue, now: number): PushedField | undefined {
  return keepPushed({ stock: field }, { stock: said }, now, HOLD_SECONDS)["stock"];
}

describe("a pushed field, when the source's record is read again", () => {
  it.each<[string, FeatureValue, number, PushedField | undefined]>([
    ["holds while the source says what it said", 10, OLD, pushed],
    ["holds for as long as the source says it", 10, OLD * 1_000, pushed],
    ["holds while it is young, whatever the source says", 3, YOUNG, { ...pushed, seen: 3 }],
    ["gives way to a later fact once it is old", 3, OLD, undefined],
    ["is dropped as redundant when the source has caught up", 9, OLD, undefined],
    ["stays while it is young although the source has caught up", 9, YOUNG, { ...pushed, sourceValue: 9 }],
    ["is newer than a record that was read before it", 3, PUSHED_AT, { ...pushed, sourceValue: 3 }],
    ["gives way when the source no longer has the value", null, OLD, undefined],
  ])("%s", (_, said, now, expected) => {
    expect(keep(pushed, said, now)).toEqual(expected);
  });

  it("forgets what the source said in between when it says the old value again", () => {
    expect(keep({ ...pushed, seen: 3 }, 10, YOUNG)).toEqual(pushed);
  });

  it("gives way to the old value if the source had caught up in between: then that is the later fact", () => {
    const caughtUp = keep(pushed, 9, YOUNG - 1);
    expect(keep(caughtUp ?? pushed, 10, YOUNG)).toEqual({ value: 9, at: PUSHED_AT, sourceValue: 9, seen: 10 });
    expect(keep(caughtUp ?? pushed, 10, OLD)).toBeUndefined();
  });

  it("reads a field that the source lacks as null, so that a feature of the shop's own holds for ever", () => {
    const own = { "feature:campaign": { value: "autumn", at: PUSHED_AT, sourceValue: null } };
    expect(keepPushed(own, { name: "x" }, OLD * 1_000, HOLD_SECONDS)).toEqual(own);
  });

  it("leaves the other fields of the row alone", () => {
    const fields: PushedFields = { stock: pushed, price: { value: 5, at: PUSHED_AT, sourceValue: 4 } };
    const kept = keepPushed(fields, { stock: 3, price: 4 }, OLD, HOLD_SECONDS);
    expect(Object.keys(kept)).toEqual(["price"]);
  });
});

describe("a pushed field, when the source has nothing new to say", () => {
  it.each<[string, PushedField, number, boolean]>([
    ["holds against a source that never spoke", pushed, OLD, true],
    ["holds while it is young, confirmed or not", { ...pushed, sourceValue: 9 }, YOUNG, true],
    ["holds while it is young, contradicted or not", { ...pushed, seen: 3 }, YOUNG, true],
    ["ends with its hold time when the source has confirmed it", { ...pushed, sourceValue: 9 }, OLD, false],
    ["ends with its hold time when the source spoke against it", { ...pushed, seen: 3 }, OLD, false],
    ["ends with its hold time when the source's word was null", { ...pushed, seen: null }, OLD, false],
  ])("%s", (_, field, now, holds) => {
    expect(Object.hasOwn(settlePushed({ stock: field }, now, HOLD_SECONDS), "stock")).toBe(holds);
  });
});

// What a replica may show: the source before the push, the source after it, and values in between or later.
const word = fc.constantFrom<FeatureValue>(10, 9, 3, null);
/** Readings as the sync makes them: in the order of time, each with what the replica showed. */
const readings = (from: number, to: number) =>
  fc
    .array(fc.record({ now: fc.integer({ min: from, max: to }), said: word }), { maxLength: 12 })
    .map((all) => all.toSorted((a, b) => a.now - b.now));

function follow(start: PushedField, all: readonly { now: number; said: FeatureValue }[]): PushedField | undefined {
  let field: PushedField | undefined = start;
  for (const { now, said } of all) field = field === undefined ? undefined : keep(field, said, now);
  return field;
}

describe("whatever the replicas show", () => {
  it("a young push keeps its value, its time and its place", () => {
    fc.assert(
      fc.property(readings(PUSHED_AT + 1, YOUNG), (all) => {
        expect(follow(pushed, all)).toMatchObject({ value: 9, at: PUSHED_AT });
      }),
    );
  });

  it("once it is old the source's last word decides, in whatever order replicas had spoken before", () => {
    fc.assert(
      fc.property(readings(PUSHED_AT + 1, YOUNG), word, (all, last) => {
        const caughtUp = all.some(({ said }) => said === 9);
        const holds = last === 10 && !caughtUp;
        expect(follow(pushed, [...all, { now: OLD, said: last }]) !== undefined).toBe(holds);
      }),
    );
  });

  it("a settled push ends exactly as if its row had been read once more, with the same word", () => {
    fc.assert(
      fc.property(readings(PUSHED_AT + 1, YOUNG), (all) => {
        const field = follow(pushed, all);
        if (field === undefined) return;
        const last = all.at(-1);
        const reread = keep(field, last === undefined ? 10 : last.said, OLD);
        const settled = settlePushed({ stock: field }, OLD, HOLD_SECONDS)["stock"];
        expect(settled).toEqual(reread);
      }),
    );
  });

  it("reading the same record twice is reading it once", () => {
    fc.assert(
      fc.property(readings(PUSHED_AT + 1, OLD * 2), word, (all, said) => {
        const once = follow(pushed, [...all, { now: OLD * 3, said }]);
        expect(follow(pushed, [...all, { now: OLD * 3, said }, { now: OLD * 3, said }])).toEqual(once);
      }),
    );
  });
});

describe("a record with pushes over it", () => {
  const source = item("a", {
    stock: 5,
    price: 10,
    publicValues: { scale: "1:18" },
    features: { maker: "M", scale: "1:18" },
  });
  const push = (value: FeatureValue): PushedField => ({ value, at: 0, sourceValue: null });

  it("has the pushed values and the source's others", () => {
    const fields = {
      stock: push(null),
      price: push(0),
      hidden: push(true),
      public_values: push('{"scale":"1:24"}'),
      "feature:scale": push("1:24"),
      "feature:campaign": push(null),
    };
    expect(withPushes(source, fields)).toEqual({
      ...source,
      stock: null,
      price: 0,
      hidden: true,
      publicValues: { scale: "1:24" },
      features: { maker: "M", scale: "1:24", campaign: null },
    });
  });

  it("is the source's own without pushes, and a user's country and features follow the same rule", () => {
    expect(withPushes(source, {})).toEqual(source);
    const user = { userId: "1", country: "FR", features: { city: "Nantes" } };
    expect(withPushes(user, { country: push(null), "feature:city": push("Rennes") })).toEqual({
      userId: "1",
      country: null,
      features: { city: "Rennes" },
    });
  });

  it("gives back, field by field, what was pushed, whatever features are called", () => {
    const names = fc.constantFrom("maker", "__proto__", "constructor", "name", 'a"b', "é 🚂", "public_values");
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean())), (features) => {
        const fields = Object.fromEntries(
          Object.entries(features).map(([name, value]) => [`feature:${name}`, push(value)]),
        );
        const values = fieldsOf(withPushes(source, fields));
        for (const [name, { value }] of Object.entries(fields)) expect(values[name]).toBe(value);
        expect(values["name"]).toBe(source.name);
      }),
    );
  });
});
