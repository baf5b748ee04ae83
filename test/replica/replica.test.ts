import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  type Replica,
  ReplicaError,
  type RowKey,
  type SourceRow,
  type TableDescription,
} from "../../domain/sync/replica.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { TEST_SERVERS, type TestDatabase, type TestServer } from "../support/databases.ts";

const STATEMENT_SECONDS = 1;
const NAMES = ["zebra", "Ärger", "apple", "Banana", "cherry o'clock", 'quote"`\\', "Ωmega"];

const TYPES = {
  mysql: { bytes: "varbinary(4)", flag: "tinyint(1)", time: "datetime(6)", bytesValue: "x'00ff'" },
  postgres: { bytes: "bytea", flag: "boolean", time: "timestamptz", bytesValue: String.raw`'\x00ff'` },
} as const;

// One table of expectations for every adapter: the engine must not be able to tell the dialects apart.
describe.each(TEST_SERVERS)("the $dialect replica", ({ dialect, start }) => {
  let server: TestServer | null;
  let database: TestDatabase;
  let replica: Replica;
  let tables: Map<string, TableDescription>;
  const table = (name: string): TableDescription => tables.get(name) ?? expect.fail(`${name} was not described`);

  beforeAll(async () => {
    server = await start();
    if (server === null) return;
    database = await server.createDatabase();
    const types = TYPES[dialect];
    const quote = dialect === "mysql" ? "`" : '"';
    await database.run(
      `CREATE TABLE things (id bigint PRIMARY KEY, ${quote}odd name${quote} varchar(20), price decimal(12,2), flag ${types.flag},
        day date, changed ${types.time}, raw ${types.bytes})`,
    );
    await database.run(
      `INSERT INTO things VALUES (9007199254740993, 'größe 😀', 10.50, ${dialect === "mysql" ? "1" : "true"}, '2004-05-03', '2026-11-21 10:00:00.123456', ${types.bytesValue}),
        (2, NULL, NULL, NULL, NULL, NULL, NULL), (10, '', -0.01, ${dialect === "mysql" ? "0" : "false"}, '1999-12-31', '2026-11-21 09:00:00', NULL)`,
    );
    await database.run("CREATE TABLE names (name varchar(40) PRIMARY KEY)");
    for (const name of NAMES) {
      const literal = name.replaceAll("'", "''");
      await database.run(
        `INSERT INTO names VALUES ('${dialect === "mysql" ? literal.replaceAll("\\", "\\\\") : literal}')`,
      );
    }
    await database.run("CREATE TABLE pairs (a int NOT NULL, b varchar(5), n int)");
    const pairs = [1, 2, 3].flatMap((a) => ["x", "y", "z"].map((b) => `(${a}, '${b}', ${a})`));
    await database.run(`INSERT INTO pairs VALUES ${pairs.join(", ")}, (1, NULL, 0)`);
    replica = await openReplica(database.url, STATEMENT_SECONDS);
    tables = new Map((await replica.describe(["things", "names", "pairs"])).map((found) => [found.table, found]));
  });
  afterAll(async () => {
    await replica?.close();
    await server?.stop();
  });

  const when = (name: string, body: () => Promise<void>): void => {
    it(name, async (test) => {
      if (server === null) return test.skip();
      await body();
      return undefined;
    });
  };

  async function pageThrough(name: string, order: readonly string[], limit: number): Promise<string[]> {
    const read: string[] = [];
    let after: RowKey | null = null;
    for (;;) {
      const request = { table: table(name), columns: order, order, after, from: null, limit };
      const rows: readonly SourceRow[] = await replica.read((reader) => reader.readPage(request));
      const last: SourceRow | undefined = rows.at(-1);
      if (last === undefined) return read;
      read.push(...rows.map((row) => order.map((column) => row[column]).join("/")));
      after = order.map((column) => last[column] ?? "");
    }
  }

  when("describes columns by kind, nullability and length, and leaves out tables that are not there", async () => {
    expect(await replica.describe(["nothing", 'x" or `y'])).toEqual([]);
    const columns = table("things").columns.map(({ name, kind, nullable, length }) => [name, kind, nullable, length]);
    expect(columns).toEqual([
      ["id", "number", false, null],
      ["odd name", "text", true, 20],
      ["price", "number", true, null],
      ["flag", "boolean", true, null],
      ["day", "date", true, null],
      ["changed", "datetime", true, null],
      ["raw", "binary", true, dialect === "mysql" ? 4 : null],
    ]);
    expect(table("things").rows).toBe(3);
  });

  when("gives every value as text: large integers and decimals keep their digits", async () => {
    const columns = ["id", "odd name", "price", "flag", "day", "changed"];
    const request = { table: table("things"), columns, order: ["id"], after: null, from: null, limit: 10 };
    const rows = await replica.read((reader) => reader.readPage(request));
    expect(rows.map((row) => row["id"])).toEqual(["2", "10", "9007199254740993"]);
    expect(rows[0]).toMatchObject({ "odd name": null, price: null, flag: null, day: null, changed: null });
    expect(rows[2]).toMatchObject({ "odd name": "größe 😀", price: "10.50", day: "2004-05-03" });
    expect(rows[2]?.["changed"]).toMatch(/^2026-11-21 10:00:00\.123456/);
  });

  when("pages large integer keys without losing one", async () => {
    const request = { table: table("things"), columns: ["id"], order: ["id"], from: null, limit: 10 };
    const read = (after: string): Promise<unknown> =>
      replica.read((reader) => reader.readPage({ ...request, after: [after] }));
    expect(await read("9007199254740992")).toEqual([{ id: "9007199254740993" }]);
    expect(await read("9007199254740993")).toEqual([]);
  });

  when("pages through every key exactly once, in the source's own order, whatever the page size", async () => {
    for (const limit of [1, 2, 3, 100]) {
      const read = await pageThrough("names", ["name"], limit);
      expect(read.toSorted()).toEqual(NAMES.toSorted());
    }
  });

  when("pages through composite keys and leaves out rows with NULL in one", async () => {
    const all = [1, 2, 3].flatMap((a) => ["x", "y", "z"].map((b) => `${a}/${b}`));
    for (const limit of [1, 2, 4, 100]) expect(await pageThrough("pairs", ["a", "b"], limit)).toEqual(all);
    expect(await replica.read((reader) => reader.countNulls(table("pairs"), ["a", "b"]))).toBe(1);
  });

  when("pages by a cursor column from a value on", async () => {
    const from = "2026-11-21 09:30:00.000";
    const request = { table: table("things"), columns: ["id"], order: ["changed", "id"], after: null, from, limit: 9 };
    expect(await replica.read((reader) => reader.readPage(request))).toEqual([{ id: "9007199254740993" }]);
    expect(await replica.read((reader) => reader.greatest(table("things"), "changed"))).toMatch(/10:00:00\.123456/);
  });

  when("finds rows by key, and ignores keys that the column cannot hold", async () => {
    const byId = await replica.read((reader) =>
      reader.readByKeys(table("things"), ["id"], ["id"], [["10"], ["11"], ["P10_1001"], ["1; DROP TABLE things"]], 10),
    );
    expect(byId).toEqual([{ id: "10" }]);
    const keys = [...NAMES, "no such"].map((name) => [name]);
    const byName = await replica.read((reader) => reader.readByKeys(table("names"), ["name"], ["name"], keys, 10));
    expect(new Set(byName.map((row) => row["name"]))).toEqual(new Set(NAMES));
    expect(byName).toHaveLength(NAMES.length);
    const pairs = [
      ["1", "x"],
      ["3", "z"],
      ["9", "x"],
    ];
    const byPair = await replica.read((reader) => reader.readByKeys(table("pairs"), ["a", "b"], ["a", "b"], pairs, 10));
    expect(byPair).toHaveLength(2);
  });

  when("finds the key that stands some rows before another", async () => {
    const before = (rows: number): Promise<RowKey | null> =>
      replica.read((reader) => reader.keyBefore(table("pairs"), ["a", "b"], ["3", "z"], rows));
    expect(await before(1)).toEqual(["3", "y"]);
    expect(await before(3)).toEqual(["2", "z"]);
    expect(await before(100)).toBeNull();
  });

  when("sees one moment within a read, whatever is committed meanwhile", async () => {
    const count = await replica.read(async (reader) => {
      const request = { table: table("pairs"), columns: ["a"], order: ["a"], after: null, from: null, limit: 100 };
      const before = await reader.readPage(request);
      // PGlite serves one client at a time: this writer would wait for us for ever.
      if (!database.url.includes("sslmode")) await database.run("INSERT INTO pairs VALUES (4, 'x', 4)");
      return (await reader.readPage(request)).length - before.length;
    });
    expect(count).toBe(0);
  });

  when("names only columns that the source has", async () => {
    const columns = ["id; DROP TABLE things"];
    const request = { table: table("things"), columns, order: ["id"], after: null, from: null, limit: 1 };
    await expect(replica.read((reader) => reader.readPage(request))).rejects.toThrow("has no column");
  });

  when("says in one line that it cannot be reached, without the password", async () => {
    const away = new URL(database.url);
    away.port = "1";
    away.password = "very-secret";
    const error = await openReplica(away.href, STATEMENT_SECONDS).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ReplicaError);
    expect(String(error)).toMatch(/cannot be read: .*ECONNREFUSED/);
    expect(String(error)).not.toContain("very-secret");
  });
});

describe("the replica's address", () => {
  it("is refused when no dialect is known by its scheme", async () => {
    await expect(openReplica("oracle://localhost/shop", 1)).rejects.toThrow('begins with "oracle:"');
  });
});
