import { expect } from "vitest";

import type { Dialect, Writer } from "../property/shop.ts";
import { type Bed, inWords, onBeds } from "./bed.ts";
import { expectCopy } from "./copy.ts";
import { addCustomers, addProducts, fillShop, productCode, SMALL_SHOP } from "./fill-shop.ts";

/** Locks a table as a migration does, so that nobody can even read it. */
const LOCK: Readonly<Record<Dialect, (table: string) => readonly string[]>> = {
  mysql: (table) => [`LOCK TABLES ${table} WRITE`],
  postgres: (table) => ["BEGIN", `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`],
};
const UNLOCK: Readonly<Record<Dialect, string>> = { mysql: "UNLOCK TABLES", postgres: "COMMIT" };
/** Far more than the few statements of one second each that a run may wait for, far less than a run that hangs. */
const ENDED_WITHIN_MILLISECONDS = 30_000;

/** Locks a table while `work` goes on. */
async function whileLocked(bed: Bed, table: string, work: () => Promise<void>): Promise<void> {
  const locker: Writer = await bed.openWriter();
  try {
    for (const sql of LOCK[bed.dialect](table)) await locker.run(sql);
    await work();
    await locker.run(UNLOCK[bed.dialect]);
  } finally {
    await locker.close();
  }
}

onBeds({ shop: "./test/sync/trouble/shops/strict-shop.ts" }, (when) => {
  when(
    "a table that somebody has locked fails alone and in time, and is read when it is free",
    async (bed) => {
      await fillShop(bed.writer, SMALL_SHOP);
      expect((await bed.run()).state).toBe("complete");
      await addProducts(bed.writer, 21, 23);
      await addCustomers(bed.writer, 21, 23);
      await bed.writer.run(`UPDATE ratings SET stars = 5 WHERE product = '${productCode(2)}'`);

      await whileLocked(bed, "products", async () => {
        const started = Date.now();
        const run = await bed.run();
        expect(Date.now() - started).toBeLessThan(ENDED_WITHIN_MILLISECONDS);
        expect(run).toMatchObject({ state: "incomplete", counts: { users: { written: 3 }, ratings: { written: 1 } } });
        expect(run.entities).toMatchObject({
          users: { state: "complete" },
          items: {
            state: "failed",
            reasons: [expect.stringMatching(/^The .+ replica cannot be read: [^\n]*time[^\n]*$/)],
          },
          orders: { state: "complete" },
          ratings: { state: "complete" },
        });
      });
      // The source is there all the while: nobody is told of an outage.
      expect((await bed.notices()).map(inWords)).toEqual([]);
      expect(await bed.run()).toMatchObject({
        state: "complete",
        counts: { items: { written: 3 }, users: { written: 0 } },
      });
      await expectCopy(bed);
    },
    "clients",
  );

  when(
    "a table that is locked before it was ever read holds nothing else up",
    async (bed) => {
      await fillShop(bed.writer, SMALL_SHOP);
      await whileLocked(bed, "orders", async () => {
        const run = await bed.run();
        expect(run).toMatchObject({ state: "incomplete", entities: { orders: { state: "failed" } } });
        expect(run.counts).toMatchObject({ users: { written: 20 }, items: { written: 20 }, ratings: { written: 12 } });
      });
      expect(await bed.run()).toMatchObject({ state: "complete", counts: { orders: { written: 12 } } });
      await expectCopy(bed);
    },
    "clients",
  );
});
