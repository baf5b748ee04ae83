import { afterAll, beforeAll, expect, it } from "vitest";

import { ExportShop } from "./export-shop.ts";

let shop: ExportShop;
beforeAll(async () => {
  shop = await ExportShop.open();
});
afterAll(() => shop.close());

async function openNotices(): Promise<string[]> {
  const { body } = await shop.runtime.call("/v1/notices?open=true");
  return body.data.map(({ kind, message }: { kind: string; message: string }) => `${kind}: ${message}`);
}

it("tells of an export that failed until one is complete", async () => {
  const failed = await shop.run();
  expect(failed.state).toBe("failed");
  expect(await openNotices()).toEqual([
    expect.stringContaining(`export_failed: Export ${failed.id} failed: There is nothing`),
  ]);

  await shop.addUsers({ userId: "1" });
  await shop.addItems({ itemId: "A" });
  await shop.addRatings({ userId: "1", itemId: "A", rating: 4 });
  await shop.export();
  expect(await openNotices()).toEqual([]);
});

it("does not alarm anybody over one that was set back", async () => {
  const { state } = await shop.run({ as_of: new Date(Date.now() - 60 * 60 * 1000).toISOString() });
  expect(state).toBe("failed");
  expect(await openNotices()).toEqual([]);
});
