import { expect } from "vitest";

import type { PageRequest, RangeChecksum, TableDescription } from "../../domain/sync/replica.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import type { TestDatabase } from "../support/databases.ts";
import { openWriter } from "../sync/property/shop.ts";
import { onServers, type OpenedDatabase, STATEMENT_SECONDS } from "./on-servers.ts";

/** What a character becomes that a character set does not have: it must not be taken for it. */
const QUESTION_MARK = 0x3f;
/** Every byte beyond ASCII. */
const LATIN1 = [QUESTION_MARK, ...Array.from({ length: 128 }, (_, place) => place + 128)];
/** MySQL's latin1 is Windows-1252, whose five holes it fills with control characters; from 0xA0 on it is ISO 8859-1. */
const FROM_0X80 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";
const latin1Character = (byte: number): string => FROM_0X80[byte - 0x80] ?? String.fromCodePoint(byte);

const page = (table: TableDescription, columns: readonly string[], order: readonly string[]): PageRequest => ({
  table,
  columns,
  order,
  after: null,
  upto: null,
  from: null,
  limit: 1_000,
});

async function checksumOf({ replica, table }: OpenedDatabase, name: string): Promise<RangeChecksum | undefined> {
  const described = await table(name);
  const columns = described.columns.filter(({ kind }) => kind !== "binary").map((column) => column.name);
  const request = { table: described, columns, keyColumns: ["id"], satellites: [] };
  const [found] = await replica.read((reader) => reader.checksums(request, [{ after: null, upto: null }]));
  return found;
}

async function checksumsOfChanges(
  opened: OpenedDatabase,
  name: string,
  changes: readonly string[],
): Promise<(string | null | undefined)[]> {
  const found = [(await checksumOf(opened, name))?.checksum];
  for (const change of changes) {
    await opened.database.run(`UPDATE ${name} SET ${change}`);
    found.push((await checksumOf(opened, name))?.checksum);
  }
  return found;
}

async function createTables(database: TestDatabase): Promise<void> {
  await database.run(
    "CREATE TABLE western (id int PRIMARY KEY, letter varchar(4) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL UNIQUE)",
  );
  const rows = LATIN1.map((byte) => `(${byte}, CONVERT(X'${byte.toString(16)}' USING latin1))`);
  await database.run(`INSERT INTO western VALUES ${rows.join(", ")}`);
  await database.run("CREATE TABLE dates (id int PRIMARY KEY, day date NOT NULL, moment datetime NOT NULL)");
  // IGNORE: where the server's mode forbids zero dates, it still lets them in so.
  await database.run(
    "INSERT IGNORE INTO dates VALUES (1, '0000-00-00', '0000-00-00 00:00:00'), (2, '2026-11-00', '2026-11-21 10:00:00')",
  );
  await database.run(
    `CREATE TABLE mixed (id int PRIMARY KEY, a varchar(9) CHARACTER SET latin1, b varchar(9) CHARACTER SET latin2,
      c varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, d text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci,
      e enum('x','y') CHARACTER SET ucs2, f time, g set('p','q'), h bit(1), i year, j float, k varbinary(3))`,
  );
  await database.run(
    "INSERT INTO mixed VALUES (1, 'é', 'č', '😀', 'ß', 'x', '10:00:00', 'p,q', b'0', 2026, 0.1, X'00ff')",
  );
}

onServers(["mysql"], createTables, (when) => {
  when("reads every byte of a latin1 column as the character that it means", async ({ replica, table }) => {
    const { rows } = await replica.readPage(page(await table("western"), ["id", "letter"], ["id"]));
    expect(rows).toEqual(LATIN1.map((byte) => ({ id: String(byte), letter: latin1Character(byte) })));
  });

  when("pages by a latin1 key, bounds and lookups included", async (opened) => {
    const western = await opened.table("western");
    const request = page(western, ["id"], ["letter"]);
    const { rows } = await opened.replica.readPage({ ...request, after: ["Ÿ"], upto: ["ä"] });
    expect(rows.map((row) => Number(row["id"]))).toEqual(LATIN1.filter((byte) => byte > 0x9f && byte <= 0xe4));
    const found = await opened.replica.read((reader) =>
      reader.readByKeys(western, ["id"], ["letter"], [["€"], ["ü"], ["😀"], ["č"], ["x"]], 9),
    );
    expect(found.map((row) => Number(row["id"])).toSorted((a, b) => a - b)).toEqual([0x80, 0xfc]);
    // What latin1 cannot write is no range of nothing, which would look like the table's end.
    await expect(opened.replica.readPage({ ...request, after: ["č"] })).rejects.toThrow("cannot be read");
  });

  when(
    "says why a session ended, though the statement that met the end can do without an answer",
    async ({ database }) => {
      const replica = await openReplica(database.url, STATEMENT_SECONDS);
      const writer = await openWriter("mysql", database.url);
      const sessions = await writer.rows(
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() ORDER BY id LIMIT 1 OFFSET 1",
      );
      await writer.run(`KILL ${sessions[0]?.["id"] ?? ""}`);
      // Asked at once, it is this statement that meets the end; and a lag that cannot be read is none.
      await replica.lagSeconds();
      await expect(replica.describe(["western"])).rejects.toThrow(/cannot be read: [^\n]*(lost|killed)/i);
      await replica.close();
      await writer.close();
    },
  );

  when("reads zero dates as the text they have, and goes on from one", async ({ replica, table }) => {
    const request = page(await table("dates"), ["id", "day", "moment"], ["moment", "id"]);
    const first = await replica.readPage({ ...request, limit: 1 });
    expect(first.rows).toEqual([{ id: "1", day: "0000-00-00", moment: "0000-00-00 00:00:00" }]);
    const second = await replica.readPage({ ...request, after: first.next });
    expect(second.rows).toEqual([{ id: "2", day: "2026-11-00", moment: "2026-11-21 10:00:00" }]);
    const { rows } = await replica.readPage({ ...request, from: "0000-00-00" });
    expect(rows).toHaveLength(2);
  });

  when("reads every type as the text that it has", async ({ replica, table }) => {
    const columns = "abcdefghij".split("");
    const { rows } = await replica.readPage(page(await table("mixed"), columns, ["id"]));
    const values = ["é", "č", "😀", "ß", "x", "10:00:00", "p,q", "0", "2026", "0.1"];
    expect(rows).toEqual([Object.fromEntries(columns.map((column, place) => [column, values[place]]))]);
  });

  when(
    "takes a checksum over every type, character set and collation, and sees each of them change",
    async (opened) => {
      const seen = await checksumsOfChanges(opened, "mixed", [
        "a = 'è'",
        "b = 'ć'",
        "c = '😁'",
        "c = 'É'",
        "c = 'é'",
        "d = 'ss'",
        "e = 'y'",
        "f = '10:00:01'",
        "g = 'p'",
        "h = b'1'",
        "i = 2027",
        "j = 0.2",
        "j = NULL",
        "h = NULL",
        "g = NULL",
        "a = NULL",
        "a = 'NULL'",
      ]);
      expect(seen).not.toContain(null);
      expect(new Set(seen).size).toBe(seen.length);
    },
  );

  when("takes a checksum over zero dates", async (opened) => {
    expect(await checksumOf(opened, "dates")).toEqual({ rows: 2, checksum: expect.stringMatching(/^2:\d+$/) });
  });
});
