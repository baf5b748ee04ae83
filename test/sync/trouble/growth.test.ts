import { expect } from "vitest";

import { type Bed, inWords, onBeds } from "./bed.ts";
import { expectCopy } from "./copy.ts";
import { addProducts, fillShop, productCode, SMALL_SHOP } from "./fill-shop.ts";

const FEW = 20;
const MANY = 2_000;
const LEFT = 200;
/** A run that died still holds its lease. */
const LEASE_OVER_MILLISECONDS = 120_000;

function pausedItems(rows: number, known: number): object {
  const reason = `Table products has ${rows} rows where ${known} were known. If that is right, run: endcap sync resume items --accept-deletions`;
  return {
    state: "incomplete",
    entities: { items: { state: "paused", reasons: [reason] }, users: { state: "complete" } },
  };
}

async function acceptDeletions({ runtime }: Bed): Promise<void> {
  const body = { entities: ["items"], accept_deletions: true };
  expect((await runtime.call("/v1/sync/resume", { body })).status).toBe(200);
}

async function keepProducts({ writer }: Bed, rows: number): Promise<void> {
  await writer.run(`DELETE FROM products WHERE code > '${productCode(rows)}'`);
}

onBeds({ shop: "./test/sync/trouble/shops/large-shop.ts" }, (when) => {
  when("a shop that grew to a hundred times its rows overnight, and lost nine tenths of them again", async (bed) => {
    await fillShop(bed.writer, SMALL_SHOP);
    expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { written: FEW } } });
    await addProducts(bed.writer, FEW + 1, MANY);
    expect(await bed.run()).toMatchObject({
      state: "complete",
      counts: { items: { written: MANY - FEW, deleted: 0 } },
    });
    await expectCopy(bed);
    expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { read: 0, compared: MANY } } });

    await keepProducts(bed, LEFT);
    await bed.writer.run("UPDATE customers SET tier = 9 WHERE id = 1");
    expect(await bed.run()).toMatchObject({ ...pausedItems(LEFT, MANY), counts: { users: { written: 1 } } });
    expect(await bed.run()).toMatchObject(pausedItems(LEFT, MANY));
    expect((await bed.notices()).map(inWords)).toEqual(["entity_paused items: open"]);
    expect((await bed.notices())[0]?.message).toContain("endcap sync resume items --accept-deletions");
    const live = "SELECT count(*) AS n FROM items WHERE deleted_at IS NULL";
    expect(await bed.stored(live)).toEqual([{ n: MANY }]);

    await acceptDeletions(bed);
    expect(await bed.run()).toMatchObject({
      state: "complete",
      counts: { items: { written: 0, deleted: MANY - LEFT } },
    });
    await expectCopy(bed);
    expect((await bed.notices()).map(inWords)).toEqual(["entity_paused items: closed"]);
    expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { written: 0, deleted: 0 } } });

    // The agreement was to that deletion, and not to the next.
    await keepProducts(bed, FEW);
    expect(await bed.run()).toMatchObject(pausedItems(FEW, LEFT));
    expect((await bed.notices()).map(inWords)).toEqual(["entity_paused items: closed", "entity_paused items: open"]);
  });

  when("an emptied table is guarded, and one that fills again goes on by itself", async (bed) => {
    await fillShop(bed.writer, { ...SMALL_SHOP, products: LEFT });
    expect((await bed.run()).state).toBe("complete");
    await bed.writer.run("DELETE FROM products");
    expect(await bed.run()).toMatchObject(pausedItems(0, LEFT));
    await addProducts(bed.writer, 1, LEFT);
    expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { written: 0, deleted: 0 } } });
    expect((await bed.notices()).map(inWords)).toEqual(["entity_paused items: closed"]);
    await expectCopy(bed);
  });

  when("half of the rows may go without anybody's agreement", async (bed) => {
    await fillShop(bed.writer, { ...SMALL_SHOP, products: LEFT });
    expect((await bed.run()).state).toBe("complete");
    await keepProducts(bed, LEFT / 2);
    expect(await bed.run()).toMatchObject({ state: "complete", counts: { items: { deleted: LEFT / 2 } } });
    expect(await bed.notices()).toEqual([]);
    await expectCopy(bed);
  });

  when("an agreement to deletions outlives a run that dies on its way", async (bed) => {
    await fillShop(bed.writer, { ...SMALL_SHOP, products: LEFT });
    expect((await bed.run()).state).toBe("complete");
    await keepProducts(bed, FEW);
    expect(await bed.run()).toMatchObject(pausedItems(FEW, LEFT));
    await acceptDeletions(bed);
    const killed = { ahead: 0, trouble: { kind: "killed", after: 6 } };
    expect((await bed.runtime.call("/v1/run", { body: killed })).body).toMatchObject({ state: "died" });
    expect(await bed.run(LEASE_OVER_MILLISECONDS)).toMatchObject({ state: "complete" });
    await expectCopy(bed);
    expect((await bed.notices()).map(inWords)).toEqual(["entity_paused items: closed"]);
  });
});
