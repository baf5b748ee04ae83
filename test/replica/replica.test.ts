import { describe, expect, it } from "vitest";

import { ReplicaError, type RowKey, type TableDescription } from "../../domain/sync/replica.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { literal, onServers, STATEMENT_SECONDS } from "./on-servers.ts";

const NAMES = ["zebra", "Ärger", "apple", "Banana", "cherry o'clock", 'quote"`\\', "Ωmega"];
const PAIRS = [1, 2, 3].flatMap((a) => ["x", "y", "z"].map((b) => [String(a), b] as const));

/** A page request with nothing but a table and its order. */
const page = (table: TableDescription, order: readonly string[]) => ({
  table,
  columns: order,
  order,
  after: null,
  upto: null,
  from: null,
  limit: 100,
});

// One table of expectations for both dialects: the engine must not be able to tell them apart.
onServers(
  ["mysql", "postgres"],
  async (database, dialect) => {
    const time = dialect === "mysql" ? "datetime(6)" : "timestamptz";
    const flag = dialect === "mysql" ? "tinyint(1)" : "boolean";
    await database.run(`CREATE TABLE things (id bigint PRIMARY KEY, flag ${flag}, changed ${time})`);
    await database.run(
      `INSERT INTO things VALUES (9007199254740993, ${dialect === "mysql" ? "1" : "true"}, '2026-11-21 10:00:00.123456'),
        (2, NULL, NULL), (10, ${dialect === "mysql" ? "0" : "false"}, '2026-11-21 09:00:00')`,
    );
    await database.run("CREATE TABLE names (name varchar(40) PRIMARY KEY)");
    for (const name of NAMES) await database.run(`INSERT INTO names VALUES (${literal(dialect, name)})`);
    await database.run("CREATE TABLE pairs (a int NOT NULL, b varchar(5), n int)");
    const pairs = PAIRS.map(([a, b]) => `(${a}, '${b}', ${a})`);
    await database.run(`INSERT INTO pairs VALUES ${pairs.join(", ")}, (1, NULL, 0)`);
  },
  (when) => {
    when("pages large integer keys without losing one", async ({ replica, table }) => {
      const request = page(await table("things"), ["id"]);
      const read = (after: string): Promise<unknown> => replica.readPage({ ...request, after: [after] });
      expect(await read("9007199254740992")).toEqual({ rows: [{ id: "9007199254740993" }], next: null });
      expect(await read("9007199254740993")).toEqual({ rows: [], next: null });
    });

    when("pages through text keys in the source's own order, whatever the page size", async ({ replica, table }) => {
      const request = page(await table("names"), ["name"]);
      for (const limit of [1, 2, 3, 100]) {
        const read: string[] = [];
        let after: RowKey | null = null;
        do {
          const { rows, next } = await replica.readPage({ ...request, after, limit });
          read.push(...rows.map((row) => row["name"] ?? ""));
          after = next;
        } while (after !== null);
        expect(read.toSorted()).toEqual(NAMES.toSorted());
      }
    });

    when("pages through composite keys and leaves out rows with NULL in one", async ({ replica, table }) => {
      const request = page(await table("pairs"), ["a", "b"]);
      const { rows } = await replica.readPage(request);
      expect(rows.map((row) => [row["a"], row["b"]])).toEqual(PAIRS);
      expect(await replica.readPage({ ...request, limit: 4 })).toMatchObject({ next: ["2", "x"] });
      expect(await replica.read((reader) => reader.countNulls(request.table, ["a", "b"]))).toBe(1);
    });

    when("reads composite keys between two bounds, the upper one included", async ({ replica, table }) => {
      const request = page(await table("pairs"), ["a", "b"]);
      const bounds = [null, ...PAIRS, ["0", "z"], ["2", "xx"], ["9", "a"]] as const;
      const order = ([a, b]: readonly [string, string]): string => `${a}/${b}`;
      for (const after of bounds) {
        for (const upto of bounds) {
          const { rows } = await replica.readPage({ ...request, after, upto });
          const expected = PAIRS.filter(
            (pair) =>
              (after === null || order(pair) > order([after[0], after[1]])) &&
              (upto === null || order(pair) <= order([upto[0], upto[1]])),
          );
          expect(rows.map((row) => [row["a"], row["b"]])).toEqual(expected);
        }
      }
    });

    when("reads up to a bound page by page, and ends at it", async ({ replica, table }) => {
      const request = { ...page(await table("pairs"), ["a", "b"]), upto: ["2", "y"], limit: 3 };
      const first = await replica.readPage(request);
      expect(first).toMatchObject({ rows: { length: 3 }, next: ["1", "z"] });
      const second = await replica.readPage({ ...request, after: first.next });
      expect(second).toMatchObject({ rows: [{ a: "2", b: "x" }, { b: "y" }], next: null });
    });

    when("pages by a cursor column from a value on, without giving it away", async ({ replica, table }) => {
      const things = await table("things");
      const request = {
        ...page(things, ["changed", "id"]),
        columns: ["id"],
        from: "2026-11-21 09:30:00.000",
        limit: 1,
      };
      const { rows, next } = await replica.readPage(request);
      expect(rows).toEqual([{ id: "9007199254740993" }]);
      expect(next).toEqual([expect.stringMatching(/^2026-11-21 10:00:00\.123456/), "9007199254740993"]);
      expect(await replica.readPage({ ...request, after: next })).toEqual({ rows: [], next: null });
      expect(await replica.read((reader) => reader.greatest(things, "changed"))).toBe(next?.[0]);
    });

    when("finds rows by key, and ignores keys that the column cannot hold", async ({ replica, table }) => {
      const [things, names, pairs] = [await table("things"), await table("names"), await table("pairs")];
      const impossible = ["10", "11", "P10_1001", "1; DROP TABLE things", "1.5", "9".repeat(30)].map((key) => [key]);
      const byId = await replica.read((reader) => reader.readByKeys(things, ["id"], ["id"], impossible, 10));
      expect(byId).toEqual([{ id: "10" }]);
      const keys = [...NAMES, "no such"].map((name) => [name]);
      const byName = await replica.read((reader) => reader.readByKeys(names, ["name"], ["name"], keys, 10));
      expect(byName.map((row) => row["name"] ?? "").toSorted()).toEqual(NAMES.toSorted());
      const wanted = [
        ["1", "x"],
        ["3", "z"],
        ["9", "x"],
      ];
      const byPair = await replica.read((reader) => reader.readByKeys(pairs, ["a", "b"], ["a", "b"], wanted, 10));
      expect(byPair).toHaveLength(2);
    });

    when("finds the key that stands some rows before another", async ({ replica, table }) => {
      const pairs = await table("pairs");
      const before = (rows: number): Promise<RowKey | null> =>
        replica.read((reader) => reader.keyBefore(pairs, ["a", "b"], ["3", "z"], rows));
      expect(await before(1)).toEqual(["3", "y"]);
      expect(await before(3)).toEqual(["2", "z"]);
      expect(await before(100)).toBeNull();
    });

    when("sees one moment within a read, whatever is committed meanwhile", async (opened) => {
      const { database, replica, table } = opened;
      const request = page(await table("names"), ["name"]);
      const grown = await replica.read(async (reader) => {
        const before = await reader.readPage(request);
        if (!opened.oneClient) await database.run("INSERT INTO names VALUES ('late')");
        return (await reader.readPage(request)).rows.length - before.rows.length;
      });
      expect(grown).toBe(0);
      await database.run("DELETE FROM names WHERE name = 'late'");
    });

    when("names only columns that the source has", async ({ replica, table }) => {
      const request = { ...page(await table("things"), ["id"]), columns: ["id; DROP TABLE things"] };
      await expect(replica.readPage(request)).rejects.toThrow("has no column");
    });

    when("gives a statement up that takes too long", async ({ database, table, oneClient }) => {
      // PGlite runs inside this process, and no clock with it.
      if (oneClient) return;
      const limited = await openReplica(database.url, 1);
      const names = "abcdefghijk".split("");
      const sum = names.map((name) => `${name}.n`).join(" + ");
      await database.run(
        `CREATE VIEW endless AS SELECT ${sum} AS n FROM ${names.map((name) => `pairs ${name}`).join(", ")}`,
      );
      const { columns } = await table("pairs");
      const endless = { table: "endless", columns, primaryKey: [], rows: 0 };
      const error = await limited
        .read((reader) => reader.countNulls(endless, ["n"]))
        .catch((thrown: unknown) => thrown)
        .finally(() => limited.close());
      expect(String(error)).toMatch(/cannot be read: .*(max_statement_time|statement timeout|execution time)/);
    });
  },
);

describe("the replica's address", () => {
  it.each([
    ["oracle://user:very-secret@localhost/shop", 'begins with "oracle:"'],
    ["user:very-secret@localhost/shop", "is no address"],
    ["mysql://user:very-secret@local host:99999/shop", "is no address"],
    ["mysql://user:very-secret%ff@localhost/shop", "cannot be read: URI malformed"],
  ])("is refused in one line without its password when it cannot be used (%#)", async (address, message) => {
    const error = await openReplica(address, STATEMENT_SECONDS).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ReplicaError);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain("very-secret");
  });
});
