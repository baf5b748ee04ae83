import { describe, expect, it } from "vitest";

import { protocolOfTest, splitGiven } from "../../domain/evaluation/split-given.ts";
import { type EvaluationRow, splitInteractions } from "../../domain/evaluation/split.ts";
import { countUnreachable } from "../../domain/evaluation/unreachable.ts";
import { createRandom } from "../../scripts/random.ts";
import { pairs, row } from "./rows.ts";

/** Rows of one user as `session:item`, in the order of the file, the session left out where there is none. */
function visits(...texts: readonly string[]): EvaluationRow[] {
  return texts.map((text) => {
    const [item = "", session] = text.split(":").reverse();
    return row("u", item, { sessionId: session ?? null });
  });
}

const nextItem = (rows: readonly EvaluationRow[]): { asked: string[]; session: string[]; past: string[] } => {
  const result = splitInteractions(rows, "next-item", createRandom(1));
  if (!result.ok) throw new Error(result.error.kind);
  const { train, test, sessions } = result.value;
  const session = sessions.get("u") ?? [];
  const ids = (some: readonly EvaluationRow[]): string[] => some.map((each) => each.itemId);
  return { asked: ids(test), session: ids(session), past: ids(train.filter((each) => !session.includes(each))) };
};

describe("next-item", () => {
  it.each([
    {
      name: "holds out the last item of the last session; what came before is the past",
      rows: visits("1:a", "1:b", "2:c", "2:d", "2:e"),
      expected: { asked: ["e"], session: ["c", "d"], past: ["a", "b"] },
    },
    {
      name: "passes over what the session has had, and drops what follows the held-out row",
      rows: visits("1:a", "2:c", "2:d", "2:c", "2:d"),
      expected: { asked: ["d"], session: ["c"], past: ["a"] },
    },
    {
      name: "passes over what an earlier session has had: it would never be ranked",
      rows: visits("1:a", "1:b", "2:c", "2:d", "2:a"),
      expected: { asked: ["d"], session: ["c"], past: ["a", "b"] },
    },
    {
      name: "goes back to an earlier session where the last has one item, and drops the last",
      rows: visits("1:a", "1:b", "2:c", "2:c"),
      expected: { asked: ["b"], session: ["a"], past: [] },
    },
    {
      name: "keeps sessions apart that run beside each other",
      rows: visits("1:a", "2:b", "1:c", "2:d"),
      expected: { asked: ["d"], session: ["b"], past: ["a", "c"] },
    },
    {
      name: "takes a row without a session, in a file with sessions, for one by itself",
      rows: visits("1:a", "1:b", "c", "d"),
      expected: { asked: ["b"], session: ["a"], past: [] },
    },
    {
      name: "asks nothing of a user whose sessions have one item each",
      rows: visits("1:a", "2:b"),
      expected: { asked: [], session: [], past: ["a", "b"] },
    },
  ])("$name", ({ rows, expected }) => expect(nextItem(rows)).toEqual(expected));

  it("takes all rows of a user for one session where a file has none, by time", () => {
    const rows = [row("u", "c", { at: 3 }), row("u", "a", { at: 1 }), row("u", "b", { at: 2 })];
    expect(nextItem(rows)).toEqual({ asked: ["c"], session: ["a", "b"], past: [] });
  });
});

describe("a given test part", () => {
  const train = visits("1:a", "1:b", "2:c", "3:d");

  it("goes on from the session that the test row names, if training has rows of it", () => {
    const { sessions } = splitGiven(train, visits("2:x"), "next-item");
    expect(pairs(sessions.get("u") ?? [])).toEqual(["u c"]);
  });

  it("goes on from the last session otherwise, by time where there are times", () => {
    expect(pairs(splitGiven(train, visits("9:x"), "next-item").sessions.get("u") ?? [])).toEqual(["u d"]);
    const timed = train.map((each, place) => ({ ...each, at: -place }));
    expect(pairs(splitGiven(timed, visits("x"), "next-item").sessions.get("u") ?? [])).toEqual(["u b", "u a"]);
  });

  it("knows nothing of the present session of someone without training rows", () => {
    expect(splitGiven(train, [row("stranger", "a")], "next-item").sessions.has("stranger")).toBe(false);
  });

  it("is taken as it is, whatever the protocol", () => {
    const test = visits("a", "x");
    for (const protocol of ["given", "random", "cold-items", "next-item"] as const)
      expect(splitGiven(train, test, protocol)).toMatchObject({ train, test, newItems: protocol === "cold-items" });
    expect(splitGiven(train, test, "given").sessions.size).toBe(0);
  });

  it("is one of new items when training has had none of them and some are described", () => {
    expect(protocolOfTest(train, visits("x", "y"), new Set(["a", "x"]))).toBe("cold-items");
    expect(protocolOfTest(train, visits("x", "a"), new Set(["a", "x"]))).toBe("given");
    expect(protocolOfTest(train, visits("x"), new Set(["a"]))).toBe("given");
  });

  it("has its rows counted that cannot be found: of items that are not ranked, and of such as the user has", () => {
    // d is had and not ranked: that is one reason, not two.
    const split = splitGiven(train, [...visits("a", "x", "x", "d"), row("stranger", "a")], "given");
    expect(countUnreachable(split, new Set(["a", "b", "c"]))).toEqual({ rows: 5, notRanked: 3, seen: 1 });
  });
});
