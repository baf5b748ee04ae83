import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { FEATURE_TEXT_MAX_LENGTH } from "../../domain/sync/limits.ts";
import type { ChecksumRequest, KeyRange, RangeChecksum } from "../../domain/sync/replica.ts";
import { MYSQL_WRITER } from "../../platform/replica/mysql-writer.ts";
import { postgresWriter } from "../../platform/replica/postgres-writer.ts";
import { readerOf } from "../../platform/replica/reader.ts";
import type { TestDatabase } from "../support/databases.ts";
import { type Dialect, literal, onServers, type OpenedDatabase } from "./on-servers.ts";

interface Item {
  readonly id: number;
  readonly a: string | null;
  readonly b: string | null;
  readonly n: string | null;
}
interface Line {
  readonly item: number;
  readonly x: string | null;
}
interface Content {
  readonly items: readonly Item[];
  readonly lines: readonly Line[];
}

/** `a` and `b` of one row, each pair easily taken for another. */
const CONFUSABLE = [
  [null, null],
  [null, ""],
  ["", null],
  ["", ""],
  [null, "NULL"],
  ["NULL", null],
  ["NULL", "NULL"],
  ["", "0:"],
  ["0:", ""],
  ["a#", "b"],
  ["a", "#b"],
  ["a,", "b"],
  ["a", ",b"],
  ["a,b", "c"],
  ["a", "b,c"],
  ["a,1:b", "c"],
  ["a", "b,1:c"],
  ["a','b", "c"],
  ["a", "b','c"],
  ['a","b', "c"],
  ["a", 'b","c'],
  ["a\\", ",b"],
  ["a", "b"],
  ["a ", "b"],
  ["a", "b "],
  ["A", "b"],
  ["á", "b"],
  ["a\u0301", "b"],
  ["b", "a"],
  ["😀", "b"],
  ["😁", "b"],
] as const;

/** More than a random content has. */
const KEYS_PER_PAIR = 10;
const EVERYTHING: KeyRange = { after: null, upto: null };

// What a careless checksum takes for one another: NULL and '' and 'NULL', values and their separators and quotes.
const text = fc.oneof(
  fc.constantFrom(null, "", " ", "NULL", "null", "a", "a ", "A", "ä", "1:a", "#", "a#", "#b", ",", "a,", "4:NULL"),
  fc.constantFrom("'", "''", '"', '""', "\\", "\\N", "\\'", "(", "),(", "é", "e\u0301", "😀", "\uFFFD", "\n", "\t"),
  fc.string({ unit: fc.constantFrom("a", ",", "'", '"', "\\", ":", "1", "é", "😀"), maxLength: 4 }),
);
const item = fc.record({
  id: fc.integer({ min: 1, max: 4 }),
  a: text,
  b: text,
  n: fc.constantFrom(null, "0.00", "1.50", "-1.50"),
});
const line = fc.record({ item: fc.integer({ min: 1, max: 5 }), x: text });
const content: fc.Arbitrary<Content> = fc.record({
  items: fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 4 }),
  lines: fc.array(line, { maxLength: 4 }),
});

/** Two tables' contents that are often nearly or quite the same: two random ones never would be. */
const twoContents = fc.oneof(
  fc.tuple(content, content),
  content.map((same) => [same, { items: same.items.toReversed(), lines: same.lines.toReversed() }] as const),
  fc.tuple(content, item).map(([one, other]) => {
    const items = one.items.map((each) => (each.id === other.id ? { ...each, a: other.a } : each));
    return [one, { ...one, items }] as const;
  }),
  fc.tuple(content, line, fc.nat(3)).map(([one, other, place]) => {
    const lines = one.lines.map((each, at) => (at === place ? other : each));
    return [one, { ...one, lines }] as const;
  }),
  // Values that move over the border between two columns.
  fc.tuple(content, text, text).map(([one, left, right]) => {
    const moved = (a: string | null, b: string | null) => ({
      ...one,
      items: one.items.map((each) => ({ ...each, a, b })),
    });
    return [moved(left, right), moved(right, left)] as const;
  }),
  // Two equal lines: in an exclusive or they would cancel each other out.
  fc.tuple(content, text, text).map(([one, x, y]) => {
    const twice = (value: string | null) => ({ ...one, lines: [1, 1].map((id) => ({ item: id, x: value })) });
    return [twice(x), twice(y)] as const;
  }),
);

/** The contents on one side of all pairs, each with keys of its own. */
function side(pairs: readonly (readonly [Content, Content])[], which: 0 | 1): Content {
  return {
    items: pairs.flatMap((pair, place) =>
      pair[which].items.map((each) => ({ ...each, id: place * KEYS_PER_PAIR + each.id })),
    ),
    lines: pairs.flatMap((pair, place) =>
      pair[which].lines.map((each) => ({ ...each, item: place * KEYS_PER_PAIR + each.item })),
    ),
  };
}

function sameContent(one: Content, other: Content): boolean {
  const canonical = ({ items, lines }: Content): string =>
    JSON.stringify([
      items.toSorted((a, b) => a.id - b.id).map(({ id, a, b, n }) => [id, a, b, n]),
      lines.map(({ item: id, x }) => JSON.stringify([id, x])).toSorted(),
    ]);
  return canonical(one) === canonical(other);
}

async function createTables(database: TestDatabase, dialect: Dialect, suffix: string): Promise<void> {
  const options = dialect === "mysql" ? " CHARACTER SET utf8mb4" : "";
  await database.run(
    `CREATE TABLE items_${suffix} (id int PRIMARY KEY, a varchar(20), b text, n decimal(6,2))${options}`,
  );
  await database.run(`CREATE TABLE lines_${suffix} (item int, x varchar(20))${options}`);
}

async function insert(database: TestDatabase, table: string, rows: readonly string[]): Promise<void> {
  if (rows.length > 0) await database.run(`INSERT INTO ${table} VALUES ${rows.map((row) => `(${row})`).join(", ")}`);
}

async function fill(database: TestDatabase, dialect: Dialect, suffix: string, { items, lines }: Content) {
  const quoted = (value: string | null): string => literal(dialect, value);
  await database.run(`DELETE FROM items_${suffix}`);
  await database.run(`DELETE FROM lines_${suffix}`);
  await insert(
    database,
    `items_${suffix}`,
    items.map(({ id, a, b, n }) => `${id}, ${quoted(a)}, ${quoted(b)}, ${n ?? "NULL"}`),
  );
  await insert(
    database,
    `lines_${suffix}`,
    lines.map(({ item: id, x }) => `${id}, ${quoted(x)}`),
  );
}

async function requestFor({ table }: OpenedDatabase, suffix: string): Promise<ChecksumRequest> {
  return {
    table: await table(`items_${suffix}`),
    columns: ["a", "b", "n"],
    keyColumns: ["id"],
    satellites: [{ table: await table(`lines_${suffix}`), key: "item", columns: ["x"] }],
  };
}

function checksums(opened: OpenedDatabase, request: ChecksumRequest, ranges: readonly KeyRange[]) {
  return opened.replica.read((reader) => reader.checksums(request, ranges));
}

/** Ranges between these keys, and before the first and behind the last. */
function rangesBetween(keys: readonly number[]): KeyRange[] {
  const bounds = [null, ...keys.map((key) => [String(key)]), null];
  return bounds.slice(1).map((upto, place) => ({ after: bounds[place] ?? null, upto }));
}

onServers(
  ["mysql", "postgres"],
  async (database, dialect) => {
    for (const suffix of ["one", "other", "many"]) await createTables(database, dialect, suffix);
    const ids = Array.from({ length: 60 }, (_, place) => place + 1);
    await fill(database, dialect, "many", {
      items: ids.map((id) => ({ id, a: `name ${id}`, b: id % 3 === 0 ? null : "text", n: "1.50" })),
      lines: ids.flatMap((id) => [1, 2].map((part) => ({ item: id, x: `part ${part}` }))),
    });
  },
  (when, dialect) => {
    when("are equal if and only if the content is", async (opened) => {
      const [one, other] = [await requestFor(opened, "one"), await requestFor(opened, "other")];
      await fc.assert(
        fc.asyncProperty(fc.array(twoContents, { minLength: 1, maxLength: 40, size: "max" }), async (pairs) => {
          // Each pair in a range of its own: one statement compares them all.
          await fill(opened.database, dialect, "one", side(pairs, 0));
          await fill(opened.database, dialect, "other", side(pairs, 1));
          const ranges = rangesBetween(pairs.map((_, place) => (place + 1) * KEYS_PER_PAIR)).slice(0, -1);
          const first = await checksums(opened, one, ranges);
          const second = await checksums(opened, other, ranges);
          for (const [place, [a, b]] of pairs.entries()) {
            expect(first[place]).toEqual({ rows: a.items.length, checksum: expect.any(String) });
            expect(first[place]?.checksum === second[place]?.checksum).toBe(sameContent(a, b));
          }
        }),
        { numRuns: 8 },
      );
    });

    when("tell apart what is easily confused", async (opened) => {
      const request = await requestFor(opened, "one");
      const seen = new Map<string | null, readonly [string | null, string | null]>();
      for (const pair of CONFUSABLE) {
        const [a, b] = pair;
        await fill(opened.database, dialect, "one", { items: [{ id: 1, a, b, n: null }], lines: [] });
        const [found] = await checksums(opened, request, [EVERYTHING]);
        expect(seen.get(found?.checksum ?? null), `the same as ${JSON.stringify(pair)}`).toBeUndefined();
        seen.set(found?.checksum ?? null, pair);
      }
    });

    when("change in the range of a changed value and in no other", async (opened) => {
      const request = await requestFor(opened, "many");
      const ranges = rangesBetween([10, 20, 30, 40, 50]);
      const changed = (before: readonly RangeChecksum[], after: readonly RangeChecksum[]): number[] =>
        before.flatMap(({ checksum }, place) => (after[place]?.checksum === checksum ? [] : [place]));
      let before = await checksums(opened, request, ranges);
      expect(before.map(({ rows }) => rows)).toEqual([10, 10, 10, 10, 10, 10]);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 60 }),
          fc.constantFrom("a", "b", "x"),
          fc.uuid(),
          async (id, column, value) => {
            const [table, key] = column === "x" ? ["lines_many", "item"] : ["items_many", "id"];
            await opened.database.run(`UPDATE ${table} SET ${column} = '${value.slice(0, 20)}' WHERE ${key} = ${id}`);
            const after = await checksums(opened, request, ranges);
            expect(changed(before, after)).toEqual([Math.floor((id - 1) / 10)]);
            before = after;
          },
        ),
        { numRuns: 25 },
      );
      await opened.database.run("UPDATE lines_many SET x = 'swapped' WHERE item = 12");
      await opened.database.run("UPDATE lines_many SET x = 'kept' WHERE item = 13");
      before = await checksums(opened, request, ranges);
      await opened.database.run("UPDATE lines_many SET item = 25 - item WHERE item IN (12, 13)");
      expect(changed(before, await checksums(opened, request, ranges))).toEqual([1]);
      await opened.database.run("DELETE FROM items_many WHERE id = 60");
      const shorter = await checksums(opened, request, ranges);
      expect(shorter.map(({ rows }) => rows)).toEqual([10, 10, 10, 10, 10, 9]);
      expect(changed(before, shorter)).toEqual([1, 5]);
    });

    when("take the ranges of a composite key as reading does, and leave NULLs out", async (opened) => {
      await opened.database.run("CREATE TABLE pairs (a int, b varchar(5), v int)");
      const pairs = [1, 2, 3].flatMap((a) => ["x", "y", "z"].map((b) => [String(a), b] as const));
      await insert(opened.database, "pairs", [
        ...pairs.map(([a, b]) => `${a}, '${b}', 1`),
        "1, NULL, 1",
        "NULL, 'x', 1",
      ]);
      const table = await opened.table("pairs");
      const bounds = [null, ...pairs, null];
      const ranges = bounds.flatMap((after) => bounds.map((upto) => ({ after, upto })));
      const found = await checksums(opened, { table, columns: ["v"], keyColumns: ["a", "b"], satellites: [] }, ranges);
      const order = ["a", "b"];
      for (const [place, range] of ranges.entries()) {
        const request = { table, columns: ["v"], order, ...range, from: null, limit: 100 };
        expect(found[place]?.rows).toBe((await opened.replica.readPage(request)).rows.length);
      }
      expect(found.find(({ rows }) => rows === 0)?.checksum).toBe("0");
    });

    when("say of an empty range that nothing is in it, satellites without their rows apart", async (opened) => {
      await fill(opened.database, dialect, "one", { items: [], lines: [{ item: 3, x: null }] });
      const request = await requestFor(opened, "one");
      const [nothing, orphan] = await checksums(opened, request, [
        { after: ["3"], upto: null },
        { after: null, upto: ["3"] },
      ]);
      expect(nothing).toEqual({ rows: 0, checksum: "0 0" });
      expect(orphan).toEqual({ rows: 0, checksum: expect.stringMatching(/^0 1:-?\d+$/) });
      expect(await checksums(opened, request, [])).toEqual([]);
    });

    when("see a long text as far as it is read, and no further", async (opened) => {
      const { database } = opened;
      const request = await requestFor(opened, "one");
      const checksumOf = async (...parts: readonly [string, number][]): Promise<string | null | undefined> => {
        const value = parts.map(([letter, times]) => letter.repeat(times)).join("");
        await fill(database, dialect, "one", { items: [{ id: 1, a: null, b: value, n: null }], lines: [] });
        return (await checksums(opened, request, [EVERYTHING]))[0]?.checksum;
      };
      const seen = await checksumOf(["ä", FEATURE_TEXT_MAX_LENGTH + 1], ["b", 50]);
      expect(await checksumOf(["ä", FEATURE_TEXT_MAX_LENGTH + 1], ["c", 9]), "behind the cut").toBe(seen);
      expect(await checksumOf(["ä", FEATURE_TEXT_MAX_LENGTH], ["b", 51]), "the last character").not.toBe(seen);
    });

    when("answer for hundreds of ranges at once", async (opened) => {
      const request = await requestFor(opened, "many");
      const keys = Array.from({ length: 400 }, (_, place) => place + 1);
      const found = await checksums(opened, request, rangesBetween(keys));
      expect(found.map(({ rows }) => rows)).toEqual([...keys.map((key) => (key <= 59 ? 1 : 0)), 0]);
      expect(new Set(found.slice(0, 59).map(({ checksum }) => checksum)).size).toBe(59);
    });

    when("refuse satellites of a key of several columns", async (opened) => {
      const request = { ...(await requestFor(opened, "one")), keyColumns: ["id", "a"] };
      await expect(checksums(opened, request, [EVERYTHING])).rejects.toThrow("key of 2 columns");
    });
  },
);

describe("a row that the server could not hash", () => {
  const table = { table: "t", columns: [], primaryKey: [], rows: 3 };
  const request = { table, columns: [], keyColumns: [], satellites: [] };
  it.each([
    ["MySQL", MYSQL_WRITER],
    ["PostgreSQL", postgresWriter([])],
  ])("leaves its range without a checksum on %s", async (_dialect, writer) => {
    const answer = [
      { i: "1", n: "2", total: "17" },
      { i: "0", n: "3", total: null },
    ];
    const reader = readerOf(() => ({ writer, run: () => Promise.resolve(answer) }));
    expect(await reader.checksums(request, [EVERYTHING, EVERYTHING])).toEqual([
      { rows: 3, checksum: null },
      { rows: 2, checksum: "2:17" },
    ]);
  });
});
