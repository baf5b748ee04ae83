import { expect } from "vitest";

import { type Bed, onBeds } from "./bed.ts";

/** A database that takes whatever bytes it is given for text. */
const ANY_BYTES = "ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'";
const KEYS = ["a-good", "b-good", "c-bytes", "d-good", "e-good", "f-good", "g-bytes", "h-good"];

async function createProducts({ writer }: Bed): Promise<void> {
  await writer.run("DROP TABLE products");
  await writer.run(
    "CREATE TABLE products (code varchar(40) PRIMARY KEY, title text, category varchar(20), price decimal(10,2), note text)",
  );
  for (const code of KEYS) await writer.run(`INSERT INTO products VALUES ('${code}', 'Good', 'Ships', 7, 'größe')`);
}

async function namesOf({ stored }: Bed): Promise<Record<string, string>> {
  const rows = await stored("SELECT item_id, name FROM items WHERE deleted_at IS NULL ORDER BY item_id");
  return Object.fromEntries(rows.map((row) => [row["item_id"] ?? "", row["name"] ?? ""]));
}

const allGood = Object.fromEntries(KEYS.map((code) => [code, "Good"]));

onBeds(
  {
    shop: "./test/sync/trouble/shops/odd-shop.ts",
    dialects: ["postgres"],
    database: { postgres: ANY_BYTES },
  },
  (when) => {
    when(
      "text that is not UTF-8 is read with a mark where it cannot be, and spoils no other row",
      async (bed) => {
        await createProducts(bed);
        await bed.writer.run(
          String.raw`UPDATE products SET title = E'caf\xe9', note = E'\xff\xfe' WHERE code LIKE '%-bytes'`,
        );
        expect((await bed.run()).state).toBe("complete");
        expect(await namesOf(bed)).toEqual({ ...allGood, "c-bytes": "caf\ufffd", "g-bytes": "caf\ufffd" });
        const notes = await bed.stored("SELECT DISTINCT features ->> 'note' AS note FROM items ORDER BY 1");
        expect(notes).toEqual([{ note: "größe" }, { note: "\ufffd\ufffd" }]);
        expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { read: 0, written: 0 } } });

        await bed.writer.run("UPDATE products SET title = 'café' WHERE code = 'c-bytes'");
        await bed.writer.run("DELETE FROM products WHERE code = 'g-bytes'");
        expect((await bed.run()).state).toBe("complete");
        const { "g-bytes": _, ...rest } = allGood;
        expect(await namesOf(bed)).toEqual({ ...rest, "c-bytes": "café" });
        expect(await bed.notices()).toEqual([]);
      },
      "clients",
    );

    when(
      "a key that is not UTF-8 is kept with a mark, and costs no row beside it",
      async (bed) => {
        await createProducts(bed);
        await bed.writer.run(String.raw`UPDATE products SET code = E'e\xe9' WHERE code = 'e-good'`);
        expect((await bed.run()).state).toBe("complete");
        const { "e-good": renamed, ...rest } = allGood;
        expect(await namesOf(bed)).toEqual({ ...rest, "e\ufffd": renamed });
        expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { read: 0, written: 0 } } });

        await bed.writer.run(String.raw`UPDATE products SET code = 'e-good' WHERE code = E'e\xe9'`);
        expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { written: 1, deleted: 1 } } });
        expect(await namesOf(bed)).toEqual(allGood);
        expect(await bed.notices()).toEqual([]);
      },
      "clients",
    );
  },
);
