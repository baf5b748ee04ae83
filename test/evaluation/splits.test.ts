import * as fc from "fast-check";
import { expect, it } from "vitest";

import { drawSome } from "../../domain/evaluation/draw.ts";
import {
  type EvaluationRow,
  type Protocol,
  PROTOCOLS,
  type Split,
  splitInteractions,
} from "../../domain/evaluation/split.ts";
import { createRandom } from "../../scripts/random.ts";
import { pairs, row } from "./rows.ts";

const SEED = 7;

function split(rows: readonly EvaluationRow[], protocol: Protocol, seed = SEED): Split {
  const result = splitInteractions(rows, protocol, createRandom(seed));
  if (!result.ok) throw new Error(result.error.kind);
  return result.value;
}

/** Few users, items and times, so that everything meets everything. */
const someRows = fc.array(
  fc
    .record({
      user: fc.integer({ min: 1, max: 5 }),
      item: fc.integer({ min: 1, max: 12 }),
      at: fc.integer({ min: 0, max: 30 }),
      session: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ user, item, at, session }) => row(`u${user}`, `i${item}`, { at, sessionId: `s${session}` })),
  { minLength: 1, maxLength: 60 },
);

const itemsOf = (rows: readonly EvaluationRow[], userId?: string): Set<string> =>
  new Set(rows.filter((each) => userId === undefined || each.userId === userId).map((each) => each.itemId));

it.each(PROTOCOLS)(
  "%s: no row is invented or in both parts, and nothing is asked for that stayed in training",
  (protocol) => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const { train, test, sessions } = split(rows, protocol);
        const parts = [...train, ...test];
        expect(new Set(parts).size).toBe(parts.length);
        expect(parts.every((each) => rows.includes(each))).toBe(true);
        const known = new Set(pairs(train));
        expect(pairs(test).filter((pair) => known.has(pair))).toEqual([]);
        for (const session of sessions.values()) expect(session.every((each) => train.includes(each))).toBe(true);
      }),
    );
  },
);

it.each(PROTOCOLS)("%s: splits the same way for the same seed", (protocol) => {
  fc.assert(
    fc.property(someRows, (rows) => {
      expect(split(rows, protocol)).toEqual(split(rows, protocol));
    }),
  );
});

it.each(["random", "leave-one-out"] as const)(
  "%s: loses no row, and leaves users with one item in training",
  (protocol) => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const { train, test } = split(rows, protocol);
        expect(train.length + test.length).toBe(rows.length);
        for (const userId of new Set(rows.map((each) => each.userId))) {
          const count = itemsOf(rows, userId).size;
          const wanted = protocol === "random" ? Math.round(count / 4) : 1;
          expect(itemsOf(test, userId).size).toBe(count < 2 ? 0 : wanted);
        }
      }),
    );
  },
);

it("draws each value as often as every other", () => {
  const random = createRandom(SEED);
  const times = new Map<string, number>();
  for (let trial = 0; trial < 5_000; trial++)
    for (const value of drawSome(["a", "b", "c", "d", "e"], 2, random)) times.set(value, (times.get(value) ?? 0) + 1);
  // Two of five in 5,000 draws: 2,000 each, with a standard deviation of 35.
  for (const value of ["a", "b", "c", "d", "e"]) expect(Math.abs((times.get(value) ?? 0) - 2_000)).toBeLessThan(140);
  expect(drawSome(["a"], 3, random)).toEqual(["a"]);
});

it("random: another seed draws other items", () => {
  const rows = Array.from({ length: 40 }, (_, item) => row("u1", `i${item}`));
  expect(pairs(split(rows, "random", 1).test)).not.toEqual(pairs(split(rows, "random", 2).test));
  expect(split(rows, "random", 1).test.length).toBe(10);
});

it("leave-one-out: holds out the item of the last row with all its rows, one of several alike the file's last", () => {
  const rows = [
    row("u1", "b", { at: 3 }),
    row("u1", "a", { at: 9 }),
    row("u1", "c", { at: 2 }),
    row("u1", "a", { at: 1 }),
  ];
  expect(pairs(split(rows, "leave-one-out").test)).toEqual(["u1 a", "u1 a"]);
  const alike = [row("u1", "b", { at: 9 }), row("u1", "a", { at: 9 }), row("u1", "c", { at: 2 })];
  expect(pairs(split(alike, "leave-one-out").test)).toEqual(["u1 a"]);
});

it("temporal: one moment parts all rows, four fifths before it", () => {
  fc.assert(
    fc.property(someRows, (rows) => {
      const { train, test } = split(rows, "temporal");
      const newest = Math.max(...train.map((each) => each.at ?? 0));
      expect(test.every((each) => (each.at ?? 0) > newest)).toBe(true);
      expect(train.length).toBeLessThanOrEqual(0.8 * rows.length);
    }),
  );
  const rows = ["a", "b", "c", "d", "e"].map((item, at) => row(`u${at % 2}`, item, { at }));
  expect(pairs(split(rows, "temporal").test)).toEqual(["u0 e"]);
});

it("cold-items: of a tenth of the items every row is held out, and every user who is asked for has others", () => {
  fc.assert(
    fc.property(someRows, (rows) => {
      const { train, test, newItems } = split(rows, "cold-items");
      expect(newItems).toBe(true);
      const warm = itemsOf(train);
      const cold = new Set([...itemsOf(rows)].filter((item) => !warm.has(item)));
      expect(cold.size).toBe(Math.max(1, Math.round(itemsOf(rows).size / 10)));
      expect(test.every((each) => cold.has(each.itemId))).toBe(true);
      const users = new Set(train.map((each) => each.userId));
      expect(test.length).toBe(rows.filter((each) => !warm.has(each.itemId) && users.has(each.userId)).length);
      expect(test.every((each) => users.has(each.userId))).toBe(true);
    }),
  );
});

it("cold-items: draws only items that are described", () => {
  const rows = Array.from({ length: 50 }, (_, place) => row(`u${place % 7}`, `i${place % 10}`));
  for (let seed = 0; seed < 20; seed++) {
    const result = splitInteractions(rows, "cold-items", createRandom(seed), new Set(["i3", "i4", "elsewhere"]));
    expect(result.ok && ["i3", "i4"].includes([...itemsOf(result.value.test)].join())).toBe(true);
  }
});

it.each(["temporal", "next-item"] as const)("%s: is refused where nothing tells the order", (protocol) => {
  const result = splitInteractions([row("u1", "a", { at: 1 }), row("u1", "b")], protocol, createRandom(1));
  expect(result).toEqual({ ok: false, error: { kind: "times_missing" } });
});

it("next-item: asks for at most one row of a user, the last that is new and not the first of its session", () => {
  fc.assert(
    fc.property(someRows, (rows) => {
      const { train, test, sessions } = split(rows, "next-item");
      for (const userId of new Set(rows.map((each) => each.userId))) {
        const own = rows.filter((each) => each.userId === userId).toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
        // Said the slow way: every row is looked at with everything before it.
        const candidates = own.filter((each, place) => {
          const before = own.slice(0, place);
          const begun = before.some((earlier) => earlier.sessionId === each.sessionId);
          return begun && before.every((earlier) => earlier.itemId !== each.itemId);
        });
        const next = candidates.at(-1);
        expect(test.filter((each) => each.userId === userId)).toEqual(next === undefined ? [] : [next]);
        const earlier = next === undefined ? own : own.slice(0, own.indexOf(next));
        expect(train.filter((each) => each.userId === userId)).toEqual(earlier);
        const session = next && earlier.filter((each) => each.sessionId === next.sessionId);
        expect(sessions.get(userId)).toEqual(session);
        if (session !== undefined) expect(session.length).toBeGreaterThan(0);
      }
    }),
  );
});
