import { expect } from "vitest";

import type { Row } from "../property/shop.ts";
import { type Bed, inWords, onBeds } from "./bed.ts";
import { DATA_TROUBLES, type DataTrouble, type Sql, sqlOf, type WantedItem } from "./data-troubles.ts";

const NEIGHBOURS = ["a-good", "m-good", "z-good"];
/** PostgreSQL's way to say that two texts are the same but for their case. */
const CASELESS =
  "CREATE COLLATION IF NOT EXISTS caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";

async function runAll({ writer, dialect }: Bed, sql: Sql | undefined): Promise<void> {
  for (const statement of sqlOf(sql, dialect)) await writer.run(statement);
}

function neighboursOf({ neighbours = NEIGHBOURS }: DataTrouble): Record<string, WantedItem> {
  return Object.fromEntries(neighbours.map((code) => [code, { name: `Good ${code}`, price: 7 }]));
}

async function createProducts(bed: Bed, trouble: DataTrouble): Promise<void> {
  const { writer, dialect } = bed;
  const columns = typeof trouble.columns === "string" ? trouble.columns : trouble.columns[dialect];
  if (dialect === "postgres") await writer.run(CASELESS);
  await writer.run("DROP TABLE products");
  await writer.run(`CREATE TABLE products (${columns})`);
  await writer.run("INSERT INTO customers (id) VALUES (1)");
  for (const code of Object.keys(neighboursOf(trouble))) {
    await writer.run(
      `INSERT INTO products (code, title, category, price) VALUES ('${code}', 'Good ${code}', 'Ships', 7)`,
    );
  }
}

/** Asserts that D1 has exactly these items, with what is wanted of each. */
async function expectItems({ stored }: Bed, wanted: Readonly<Record<string, WantedItem>>): Promise<void> {
  const items = await stored("SELECT item_id, name, category, price, features FROM items WHERE deleted_at IS NULL");
  const found = items.map(({ features, ...row }): [string, Omit<Row, "features">] => [
    row["item_id"] ?? "",
    { ...row, features: JSON.parse(features ?? "") },
  ]);
  expect(found.map(([id]) => id).toSorted()).toEqual(Object.keys(wanted).toSorted());
  expect(Object.fromEntries(found)).toMatchObject(wanted);
}

async function asideOf({ stored }: Bed): Promise<Record<string, string | null>> {
  const entries = await stored("SELECT entity || ' ' || row_key AS place, reason FROM sync_quarantine");
  return Object.fromEntries(entries.map((entry) => [entry["place"] ?? "", entry["reason"] ?? null]));
}

/** A run that finds nothing to do. @returns how many items it read in order to know */
async function expectQuiet(bed: Bed): Promise<number> {
  const { state, counts } = await bed.run();
  const work = Object.values(counts).map(({ written, deleted }) => written + deleted);
  expect([state, ...new Set(work)]).toEqual(["complete", 0]);
  return counts["items"]?.read ?? 0;
}

/** The run that last wrote each of these items. */
async function writersOf({ stored }: Bed, ids: readonly string[]): Promise<Record<string, unknown>> {
  const rows = await stored("SELECT item_id, changed_run FROM items");
  return Object.fromEntries(
    rows.filter((row) => ids.includes(row["item_id"] ?? "")).map((row) => [row["item_id"], row["changed_run"]]),
  );
}

onBeds({ shop: "./test/sync/trouble/shops/odd-shop.ts" }, (when, dialect) => {
  for (const trouble of DATA_TROUBLES) {
    if (trouble.only !== undefined && trouble.only !== dialect) continue;

    when(trouble.name, async (bed) => {
      await createProducts(bed, trouble);
      const neighbours = neighboursOf(trouble);
      const { aside = {}, fixed = trouble.items } = trouble;
      if (trouble.before !== undefined) {
        await runAll(bed, trouble.before);
        expect((await bed.run()).state).toBe("complete");
      }
      await runAll(bed, trouble.rows);
      expect((await bed.run()).state).toBe("complete");
      await expectItems(bed, { ...neighbours, ...trouble.items });
      expect(await asideOf(bed)).toEqual(aside);
      await expectQuiet(bed);
      if (trouble.quiet !== undefined) {
        await runAll(bed, trouble.quiet);
        expect(await expectQuiet(bed)).toBe(0);
      }
      expect(await asideOf(bed)).toEqual(aside);

      const writers = await writersOf(bed, Object.keys(neighbours));
      await runAll(bed, trouble.fix);
      expect((await bed.run()).state).toBe("complete");
      // They were read again beside what was mended, and not written.
      expect(await writersOf(bed, Object.keys(neighbours))).toEqual(writers);
      await expectItems(bed, { ...neighbours, ...fixed });
      expect(await asideOf(bed)).toEqual({});
      await expectQuiet(bed);

      // Each entity with bad rows was told of once, and that it is over.
      const entities = new Set(Object.keys(aside).map((place) => place.split(" ")[0] ?? ""));
      expect((await bed.notices()).map(inWords).toSorted()).toEqual(
        [...entities].map((entity) => `rows_set_aside ${entity}: closed`).toSorted(),
      );
    });
  }
});
