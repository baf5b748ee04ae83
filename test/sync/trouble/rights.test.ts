import { expect } from "vitest";

import type { TestDatabase } from "../../support/databases.ts";
import { openWriter } from "../property/shop.ts";
import { type Bed, inWords, onBeds, powerOf } from "./bed.ts";
import { expectCopy } from "./copy.ts";
import { addCustomers, fillShop, SMALL_SHOP } from "./fill-shop.ts";
import { GRANT_COLUMNS_SQL, replicaUserStatements, REPLICA_USER, REVOKE_TABLE_SQL, withNames } from "./replica-user.ts";

const PASSWORD = "only-for-tests";
const TABLES = ["customers", "products", "orders", "order_lines", "ratings"];
const FIVE_MINUTES = 5 * 60 * 1000;
/** Statements that the user must be refused, whatever the dialect. */
const WRITES = [
  "UPDATE products SET price = 0",
  "INSERT INTO customers (id) VALUES (999)",
  "DELETE FROM orders",
  "CREATE TABLE notes (id int)",
  "DROP TABLE ratings",
];

function databaseName(database: TestDatabase): string {
  return new URL(database.url).pathname.slice(1);
}

/** The database's address as the user that Endcap reads with has it. */
function readersUrl(database: TestDatabase): string {
  const url = new URL(database.url);
  url.username = REPLICA_USER;
  url.password = PASSWORD;
  return url.href;
}

/** Makes the user anew: `reset` has made the tables anew, and what was granted on the old ones is gone with them. */
async function createReader(bed: Bed): Promise<void> {
  const { dialect, database, writer } = bed;
  const name = databaseName(database);
  await writer.run(dialect === "mysql" ? `DROP USER IF EXISTS ${REPLICA_USER}@'%'` : "SELECT 1");
  const names = { database: name, password: PASSWORD, tables: TABLES };
  for (const sql of replicaUserStatements(dialect, names)) {
    // PostgreSQL's role stays: nothing depends on it but what is granted.
    if (!(sql.startsWith("CREATE ROLE") && (await hasRole(bed)))) await writer.run(sql);
  }
}

async function hasRole({ writer }: Bed): Promise<boolean> {
  return (await writer.rows(`SELECT 1 AS n FROM pg_roles WHERE rolname = '${REPLICA_USER}'`)).length > 0;
}

function onTable({ dialect, database }: Bed, sql: typeof REVOKE_TABLE_SQL, table: string, columns = ""): string {
  return withNames(sql[dialect], { database: databaseName(database), table, columns });
}

const readAs = async (database: TestDatabase): Promise<string> => readersUrl(database);

onBeds({ shop: "./test/sync/property/shop-config.ts", readAs }, (when, dialect) => {
  when(
    "a user who may only SELECT from the used tables is enough for a full sync",
    async (bed) => {
      await bed.writer.run("DROP TABLE IF EXISTS salaries");
      await bed.writer.run("CREATE TABLE salaries (employee int, amount int)");
      await createReader(bed);
      await fillShop(bed.writer, SMALL_SHOP);
      expect(await bed.run()).toMatchObject({ state: "complete", error: null });
      await expectCopy(bed);
      expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { written: 0, compared: 20 } } });

      const reader = await openWriter(dialect, readersUrl(bed.database));
      for (const sql of WRITES) await expect(reader.run(sql), sql).rejects.toThrow(/denied|permission|must be owner/);
      await expect(reader.rows("SELECT * FROM salaries")).rejects.toThrow(/denied/);
      await reader.close();
      await expectCopy(bed);
    },
    "clients",
  );

  when(
    "a table that the user may no longer read pauses its entity alone, and people are told once",
    async (bed) => {
      await createReader(bed);
      await fillShop(bed.writer, SMALL_SHOP);
      expect((await bed.run()).state).toBe("complete");
      await bed.writer.run(onTable(bed, REVOKE_TABLE_SQL, "ratings"));
      await addCustomers(bed.writer, 21, 22);
      const paused = { state: "paused", reasons: ["The source has no table ratings, or its user may not read it."] };
      expect(await bed.run()).toMatchObject({
        state: "incomplete",
        entities: { users: { state: "complete" }, orders: { state: "complete" }, ratings: paused },
        counts: { users: { written: 2 } },
      });
      expect(await bed.run(FIVE_MINUTES)).toMatchObject({ state: "incomplete", entities: { ratings: paused } });
      expect((await bed.notices()).map(inWords)).toEqual([
        "schema_change ratings table_missing: closed",
        "entity_paused ratings: open",
      ]);
      // What was known of the ratings stays.
      expect(await bed.stored("SELECT count(*) AS n FROM ratings WHERE deleted_at IS NULL")).toEqual([{ n: 12 }]);

      await createReader(bed);
      expect(await bed.run(2 * FIVE_MINUTES)).toMatchObject({ state: "complete", counts: { ratings: { written: 0 } } });
      expect((await bed.notices()).map(inWords)).toEqual([
        "schema_change ratings table_missing: closed",
        "entity_paused ratings: closed",
        "schema_change ratings table_returned: closed",
      ]);
      await expectCopy(bed);
    },
    "clients",
  );

  when(
    "an outage in between does not tell a second time that an entity is paused",
    async (bed) => {
      await createReader(bed);
      await fillShop(bed.writer, SMALL_SHOP);
      await bed.writer.run(onTable(bed, REVOKE_TABLE_SQL, "ratings"));
      expect((await bed.run()).state).toBe("incomplete");
      await bed.writer.close();
      await powerOf(bed).off();
      expect((await bed.run(FIVE_MINUTES)).state).toBe("failed");
      await powerOf(bed).on();
      await bed.reconnect();
      expect((await bed.run(2 * FIVE_MINUTES)).state).toBe("incomplete");
      expect((await bed.notices()).map(inWords)).toEqual([
        "entity_paused ratings: open",
        "source_outage replica: closed",
      ]);
    },
    "power",
  );

  when(
    "single columns of the customers' table are enough",
    async (bed) => {
      await createReader(bed);
      await fillShop(bed.writer, SMALL_SHOP);
      await bed.writer.run(onTable(bed, REVOKE_TABLE_SQL, "customers"));
      await bed.writer.run(onTable(bed, GRANT_COLUMNS_SQL, "customers", "id, country, city, tier"));
      expect(await bed.run()).toMatchObject({ state: "complete", error: null });
      await expectCopy(bed);
      const reader = await openWriter(dialect, readersUrl(bed.database));
      await expect(reader.rows("SELECT email FROM customers")).rejects.toThrow(/denied/);
      await reader.close();
    },
    "clients",
  );
});
