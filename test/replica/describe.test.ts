import { expect } from "vitest";

import { FEATURE_TEXT_MAX_LENGTH, RECORD_MAX_LENGTH } from "../../domain/sync/limits.ts";
import type { PageRequest, TableDescription } from "../../domain/sync/replica.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { type Dialect, onServers, STATEMENT_SECONDS } from "./on-servers.ts";

const whole = (table: TableDescription, columns: readonly string[], order: readonly string[]): PageRequest => ({
  table,
  columns,
  order,
  after: null,
  upto: null,
  from: null,
  limit: 10,
});

/** `kind`, `declared`, `nullable`, `length`, `default`, `characterSet` of each column. */
const COLUMNS: Readonly<Record<Dialect, Readonly<Record<string, readonly unknown[]>>>> = {
  mysql: {
    name: ["text", "varchar(20)", false, 20, expect.stringMatching(/^'?none'?$/), "utf8mb4/utf8mb4_general_ci"],
    id: ["number", expect.stringMatching(/^bigint/), false, null, null, null],
    price: ["number", "decimal(10,2)", true, null, "1.50", null],
    state: ["text", "enum('new','it''s used')", true, 9, null, "utf8mb4/utf8mb4_general_ci"],
    old: ["text", "varchar(9)", true, 9, null, "latin1/latin1_bin"],
    flag: ["boolean", "tinyint(1)", true, null, null, null],
    moment: ["datetime", "datetime(6)", true, null, null, null],
    raw: ["binary", "varbinary(4)", true, 4, null, null],
    long_text: ["text", "longtext", true, 4_294_967_295, null, "utf8mb4/utf8mb4_general_ci"],
  },
  postgres: {
    name: ["text", "character varying(20)", false, 20, "'none'::character varying", null],
    id: ["number", "bigint", false, null, null, null],
    price: ["number", "numeric(10,2)", true, null, "1.50", null],
    state: ["text", "enum('new','it''s used')", true, null, null, null],
    old: ["text", "character varying(9)", true, 9, null, "C"],
    flag: ["boolean", "boolean", true, null, null, null],
    moment: ["datetime", "timestamp(6) with time zone", true, null, null, null],
    raw: ["binary", "bytea", true, null, null, null],
    amount: ["number", "numeric(6,3)", true, null, null, null],
    tags: ["text", "text[]", true, null, null, null],
    document: ["json", "json", true, null, null, null],
    binary_document: ["json", "jsonb", true, null, "'{}'::jsonb", null],
    long_text: ["text", "text", true, null, null, null],
  },
};

onServers(
  ["mysql", "postgres"],
  async (database, dialect) => {
    if (dialect === "mysql") {
      await database.run(
        `CREATE TABLE described (name varchar(20) NOT NULL DEFAULT 'none', id bigint NOT NULL, price decimal(10,2) DEFAULT 1.5,
          state enum('new','it''s used'), old varchar(9) CHARACTER SET latin1 COLLATE latin1_bin, flag tinyint(1),
          moment datetime(6), raw varbinary(4), long_text longtext, PRIMARY KEY (id, name))
         CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
      );
      await database.run("CREATE TABLE loose (a int, `odd name` text, UNIQUE KEY (a))");
      return;
    }
    await database.run("CREATE TYPE state AS ENUM ('new', 'it''s used')");
    await database.run("CREATE DOMAIN amount AS numeric(6,3) CHECK (value > 0)");
    await database.run(
      `CREATE TABLE described (name varchar(20) NOT NULL DEFAULT 'none', id bigint NOT NULL, price decimal(10,2) DEFAULT 1.50,
        state state, old varchar(9) COLLATE "C", flag boolean, moment timestamptz(6), raw bytea, amount amount, tags text[],
        document json, binary_document jsonb DEFAULT '{}', long_text text, PRIMARY KEY (id, name))`,
    );
    await database.run('CREATE TABLE loose (a int UNIQUE, "odd name" text)');
  },
  (when, dialect) => {
    when("describes a column by all that a change of it would show in", async ({ table }) => {
      const { columns } = await table("described");
      const described = columns.map(({ name, kind, declared, nullable, length, default: initial, characterSet }) => [
        name,
        [kind, declared, nullable, length, initial, characterSet],
      ]);
      expect(Object.fromEntries(described)).toEqual(COLUMNS[dialect]);
      expect(columns.map(({ name }) => name)).toEqual(Object.keys(COLUMNS[dialect]));
    });

    when("names the primary key in its own order, and none for a merely unique column", async ({ table }) => {
      expect((await table("described")).primaryKey).toEqual(["id", "name"]);
      expect((await table("loose")).primaryKey).toEqual([]);
    });

    when("takes odd table names for names", async ({ replica }) => {
      expect(await replica.describe(['x" or `y', "described.x"])).toEqual([]);
    });

    when("shows a value that was added to an enum", async ({ database, table }) => {
      await database.run(
        dialect === "mysql"
          ? "ALTER TABLE described MODIFY state enum('new','it''s used','b')"
          : "ALTER TYPE state ADD VALUE 'b'",
      );
      const { columns } = await table("described");
      expect(columns.find(({ name }) => name === "state")?.declared).toBe("enum('new','it''s used','b')");
    });

    when(
      "cuts huge texts on the server, one character longer than they are kept",
      async ({ database, replica, table }) => {
        await database.run(
          "CREATE TABLE huge (id int PRIMARY KEY, body text, note varchar(3000), short varchar(2000))",
        );
        await database.run("INSERT INTO huge VALUES (1, repeat('ä', 9000), repeat('b', 2500), repeat('c', 2000))");
        const columns = ["id", "body", "note", "short"];
        const huge = await table("huge");
        const { rows } = await replica.readPage(whole(huge, columns, ["id"]));
        const cut = FEATURE_TEXT_MAX_LENGTH + 1;
        const expected = { id: "1", body: "ä".repeat(cut), note: "b".repeat(cut), short: "c".repeat(2000) };
        expect(rows).toEqual([expected]);
        expect(await replica.read((reader) => reader.readByKeys(huge, columns, ["id"], [["1"]], 9))).toEqual([
          expected,
        ]);
      },
    );

    when("never cuts what a page is ordered by: the next one begins there", async ({ database, replica, table }) => {
      await database.run("CREATE TABLE long_keys (id varchar(2500))");
      await database.run("INSERT INTO long_keys VALUES (repeat('k', 2400))");
      const { rows, next } = await replica.readPage({ ...whole(await table("long_keys"), ["id"], ["id"]), limit: 1 });
      expect(rows).toEqual([{ id: "k".repeat(2400) }]);
      expect(next).toEqual(["k".repeat(2400)]);
    });

    when("flags what the schema's change made impossible, and nothing else", async ({ database, replica, table }) => {
      await database.run("CREATE TABLE changing (id int PRIMARY KEY, gone int)");
      const request = whole(await table("changing"), ["id", "gone"], ["id"]);
      await database.run("ALTER TABLE changing DROP COLUMN gone");
      await expect(replica.readPage(request)).rejects.toMatchObject({ name: "ReplicaError", schema: true });
      await database.run("DROP TABLE changing");
      await expect(replica.readPage(request)).rejects.toMatchObject({ schema: true });
      const nonsense = { ...request, limit: Number.NaN };
      await expect(replica.readPage(nonsense)).rejects.toMatchObject({ name: "ReplicaError" });
    });
  },
);

onServers(
  ["postgres"],
  async (database) => {
    await database.run("CREATE TABLE documents (id int PRIMARY KEY, body jsonb, mood text)");
    await database.run(
      `INSERT INTO documents VALUES (1, '{"b": [1, 2.50], "a": "x"}'), (2, jsonb_build_object('long', repeat('x', ${RECORD_MAX_LENGTH})))`,
    );
  },
  (when) => {
    when("reads JSON as its text, cut where a record would be too large", async ({ replica, table }) => {
      const { rows } = await replica.readPage(whole(await table("documents"), ["body"], ["id"]));
      expect(rows[0]).toEqual({ body: '{"a": "x", "b": [1, 2.50]}' });
      expect(rows[1]?.["body"]).toHaveLength(RECORD_MAX_LENGTH + 1);
    });

    when("flags a key whose type changed", async ({ database, replica, table }) => {
      const before = { ...whole(await table("documents"), ["id"], ["mood"]), after: ["sad"] };
      await database.run("ALTER TABLE documents ALTER COLUMN mood TYPE int USING NULL");
      await expect(replica.readPage(before)).rejects.toMatchObject({ schema: true });
    });

    when("shows a table with its key to a user who may only read it", async ({ database, replica, oneClient }) => {
      if (oneClient) return;
      const address = new URL(database.url);
      address.username = "only_reader";
      address.password = "only_reader";
      await database.run("CREATE TABLE readable (id int PRIMARY KEY, name varchar(9) DEFAULT 'none')");
      await database.run("DROP ROLE IF EXISTS only_reader");
      await database.run("CREATE ROLE only_reader LOGIN PASSWORD 'only_reader'");
      await database.run("GRANT SELECT ON readable TO only_reader");
      const restricted = await openReplica(address.href, STATEMENT_SECONDS);
      try {
        expect(await restricted.describe(["readable", "documents"])).toEqual(await replica.describe(["readable"]));
      } finally {
        await restricted.close();
        await database.run("DROP OWNED BY only_reader");
        await database.run("DROP ROLE only_reader");
      }
    });
  },
);
