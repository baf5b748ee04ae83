import { expect } from "vitest";
import { z } from "zod";

import { type Bed, inWords, onBeds, powerOf, type ToldRun } from "./bed.ts";
import { expectCopy } from "./copy.ts";
import { addProducts, fillShop, productCode, SMALL_SHOP } from "./fill-shop.ts";

const FIVE_MINUTES = 5 * 60 * 1000;
const RUNS_IN_AN_HOUR = 12;
const announcedSchema = z.object({ id: z.string() });

/** Twelve runs, five minutes apart, while the server is really off. @returns them in their order */
async function runForAnHour(bed: Bed): Promise<ToldRun[]> {
  const runs: ToldRun[] = [];
  for (let run = 1; run <= RUNS_IN_AN_HOUR; run++) runs.push(await bed.run(run * FIVE_MINUTES));
  return runs;
}

/** What the shop sold and changed while it could not be read. */
async function goOnSelling({ writer }: Bed): Promise<void> {
  await addProducts(writer, 21, 30);
  await writer.run(`UPDATE products SET stock = 99 WHERE code = '${productCode(3)}'`);
  await writer.run(`DELETE FROM ratings WHERE product = '${productCode(5)}'`);
}

async function announceOutage(bed: Bed, minutes: number): Promise<string> {
  const endsAt = new Date(Date.now() + minutes * 60_000).toISOString();
  const { status, body } = await bed.runtime.call("/v1/announcements", {
    body: { kind: "outage", ends_at: endsAt, note: "The replica moves to larger disks." },
  });
  expect(status).toBe(201);
  return announcedSchema.parse(body).id;
}

onBeds({ shop: "./test/sync/property/shop-config.ts" }, (when) => {
  /** A synced shop whose server then goes off for an hour, and comes back with what was sold meanwhile. */
  async function beAwayForAnHour(bed: Bed): Promise<ToldRun[]> {
    const power = powerOf(bed);
    await fillShop(bed.writer, SMALL_SHOP);
    expect((await bed.run()).state).toBe("complete");
    await goOnSelling(bed);
    await bed.writer.close();
    await power.off();
    try {
      return await runForAnHour(bed);
    } finally {
      await power.on();
      await bed.reconnect();
    }
  }

  const whenAway = (name: string, body: (bed: Bed) => Promise<void>): void => when(name, body, "power");

  whenAway("an hour's outage is told once when it begins and once when it ends, and loses nothing", async (bed) => {
    const failed = await beAwayForAnHour(bed);
    for (const run of failed) {
      expect(run).toMatchObject({ state: "failed", announcement_id: null });
      expect(run.error).toMatch(/^The (MySQL|PostgreSQL) replica cannot be read: [^\n]+$/);
      expect(Object.values(run.entities).map((entity) => entity.state)).toEqual(
        Array.from({ length: 4 }, () => "failed"),
      );
    }
    const [outage, ...others] = await bed.notices();
    expect(others).toEqual([]);
    expect(outage).toMatchObject({ kind: "source_outage", subject: "replica", expected: false, closed_at: null });

    const back = (RUNS_IN_AN_HOUR + 1) * FIVE_MINUTES;
    expect(await bed.run(back)).toMatchObject({ state: "complete", counts: { items: { written: 11, deleted: 0 } } });
    await expectCopy(bed);
    expect((await bed.notices()).map(inWords)).toEqual(["source_outage replica: closed"]);

    const after = await bed.run(back + FIVE_MINUTES);
    expect(after).toMatchObject({ state: "complete", counts: { items: { written: 0 }, ratings: { deleted: 0 } } });
    expect((await bed.notices()).map(inWords)).toEqual(["source_outage replica: closed"]);
  });

  whenAway("an announced outage is expected: its notice and its failed runs carry the announcement", async (bed) => {
    const announcement = await announceOutage(bed, 120);
    const failed = await beAwayForAnHour(bed);
    for (const run of failed) expect(run).toMatchObject({ state: "failed", announcement_id: announcement });
    expect((await bed.notices()).map(inWords)).toEqual(["source_outage replica: expected, open"]);
    expect(await bed.notices()).toMatchObject([{ announcement_id: announcement }]);

    expect(await bed.run((RUNS_IN_AN_HOUR + 1) * FIVE_MINUTES)).toMatchObject({
      state: "complete",
      announcement_id: null,
    });
    expect((await bed.notices()).map(inWords)).toEqual(["source_outage replica: expected, closed"]);
    await expectCopy(bed);
  });

  whenAway("an outage that outlasts its announcement alarms people once", async (bed) => {
    const announcement = await announceOutage(bed, 28);
    const failed = await beAwayForAnHour(bed);
    expect(failed.map((run) => run.announcement_id)).toEqual([
      ...Array.from({ length: 5 }, () => announcement),
      ...Array.from({ length: 7 }, () => null),
    ]);
    expect((await bed.notices()).map(inWords)).toEqual([
      "source_outage replica: expected, closed",
      "source_outage replica: open",
    ]);
    expect((await bed.run((RUNS_IN_AN_HOUR + 1) * FIVE_MINUTES)).state).toBe("complete");
    expect((await bed.notices()).map(inWords)).toEqual([
      "source_outage replica: expected, closed",
      "source_outage replica: closed",
    ]);
    await expectCopy(bed);
  });
});
