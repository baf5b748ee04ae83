import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { EXPORT_LOST_MILLISECONDS, VERSIONS_KEPT_DAYS } from "../../domain/exports/limits.ts";
import { exportId } from "../../domain/exports/manifest.ts";
import { insertExport } from "../../platform/d1/export-store.ts";
import { EXPORT_CRON } from "../../workers/crons/crons.ts";
import { storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { item } from "../support/catalogue.ts";
import { eventually } from "../support/runtime.ts";
import { DrivenShop } from "./export-drive.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** `exports.keep` of the shop. */
const KEPT = 2;
const OF_NOW = { asOf: null, csv: false, userIds: "pseudonym" } as const;

let shop: DrivenShop;
beforeAll(async () => {
  shop = await DrivenShop.open({ shop: "./test/exports/export-shop-config.ts" });
  await shop.store(
    storeUser(shop.db, { userId: "1", country: "FR", features: {} }),
    storeItem(shop.db, item("A")),
    storeRating(shop.db, { userId: "1", itemId: "A", rating: 4, ratedAt: null }),
  );
});
afterAll(() => shop.close());

async function stateOf(id: string): Promise<string> {
  return (await shop.runtime.call(`/v1/exports/${id}`)).body.state;
}

/** An export that was begun some time ago, and of which a file is there. */
async function insertRunning(age: number, asOf: number | null = null): Promise<string> {
  const startedAt = new Date(Date.now() - age);
  const id = exportId(startedAt, "0123abcd");
  await insertExport(shop.db, id, { trigger: "cron", params: { ...OF_NOW, asOf } }, startedAt);
  await shop.runtime.env.EXPORTS.put(`${id}/users/part-00000.parquet`, "half a file");
  return id;
}

async function made(asOf: number | null = null): Promise<string> {
  const { id, state, error } = await shop.drive({ params: { asOf } });
  expect([state, error]).toEqual(["complete", null]);
  return id;
}

describe("what follows from an export", () => {
  it("is that the oldest beyond those that are kept are gone, and only they", async () => {
    const ids = [await made(), await made(), await made()];
    const [first = "", ...others] = ids;
    expect(others).toHaveLength(KEPT);
    expect([await stateOf(first), await shop.filesIn(first)]).toEqual(["removed", []]);
    for (const id of others) {
      expect(await stateOf(id)).toBe("complete");
      expect(await shop.filesIn(id)).toContain("manifest.json");
    }
  });

  it("is that no file of an old one is left, whatever request fails on the way", async () => {
    for (let call = 1; call <= 12; call++) {
      const { id } = await shop.drive({ until: "remove old exports" });
      const { state } = await shop.drive({ id, trouble: { kind: "fails", call, after: call % 2 === 0 } });
      expect(state).toBe("complete");
      const { results } = await shop.db.prepare("SELECT export_id AS id FROM exports WHERE state = 'removed'").all();
      for (const { id } of results) expect([call, await shop.filesIn(String(id))]).toEqual([call, []]);
    }
  });

  it("is never that the one is gone that latest.json names, however many are set back after it", async () => {
    const asOf = await shop.tick();
    const latest = await made();
    const historic = [await made(asOf), await made(asOf), await made(asOf)];
    expect(await shop.latest()).toBe(latest);
    expect(await stateOf(latest)).toBe("complete");
    expect(await Promise.all(historic.map(stateOf))).toEqual(["removed", "complete", "complete"]);
    expect(await shop.filesIn(latest)).toContain("manifest.json");
    expect(await shop.filesIn(historic[0] ?? "")).toEqual([]);
  });

  it("is that exports which were lost with their runtime have failed, and their files are gone", async () => {
    const lost = await insertRunning(EXPORT_LOST_MILLISECONDS + HOUR);
    const atWork = await insertRunning(EXPORT_LOST_MILLISECONDS - HOUR);
    await made();
    expect((await shop.runtime.call(`/v1/exports/${lost}`)).body).toMatchObject({
      state: "failed",
      error: expect.stringContaining("lost with the runtime"),
    });
    expect(await shop.filesIn(lost)).toEqual([]);
    expect([await stateOf(atWork), await shop.filesIn(atWork)]).toEqual(["running", ["users/part-00000.parquet"]]);
    await shop.db.prepare("DELETE FROM exports WHERE export_id = ?").bind(atWork).run();
  });

  it("is that states of long ago are forgotten", async () => {
    const [old, young] = [VERSIONS_KEPT_DAYS + 1, VERSIONS_KEPT_DAYS - 1].map((days) => Date.now() - days * DAY);
    const insert = (columns: string, values: string) =>
      [old, young].map((until) => shop.db.prepare(`INSERT INTO ${columns} VALUES (${values}, ?, 0)`).bind(until));
    await shop.store(
      insert("user_versions (user_id, until, existed)", "'1'"),
      insert("item_versions (item_id, until, existed)", "'A'"),
      insert("rating_versions (user_id, item_id, until, existed)", "'1', 'A'"),
    );
    await made();
    for (const table of ["user_versions", "item_versions", "rating_versions"]) {
      const { results } = await shop.db
        .prepare(`SELECT until FROM ${table} WHERE until < ?`)
        .bind(Date.now() - DAY)
        .all();
      expect([table, results]).toEqual([table, [{ until: young }]]);
    }
  });
});

describe("the cron", () => {
  // As if the last export had been made long ago.
  beforeEach(async () => {
    await shop.runtime.env.EXPORTS.put(
      "latest.json",
      JSON.stringify({ id: "20200101t000000000-00000000", created_at: "2020-01-01T00:00:00.000Z" }),
    );
  });

  /** Runs the cron. @returns ids of what it started */
  async function night(): Promise<string[]> {
    const ids = async (): Promise<string[]> =>
      (await shop.db.prepare("SELECT export_id FROM exports").raw<[string]>()).map(([id]) => id);
    const before = new Set(await ids());
    await shop.runtime.harness.getWorker().scheduled({ cron: EXPORT_CRON });
    return (await ids()).filter((id) => !before.has(id));
  }

  async function expectMade(started: readonly string[]): Promise<void> {
    expect(started).toHaveLength(1);
    const [id = ""] = started;
    await eventually(async () => (await stateOf(id)) === "complete");
    expect(await shop.latest()).toBe(id);
    const { body } = await shop.runtime.call(`/v1/exports/${id}`);
    expect(body).toMatchObject({ trigger: "cron", user_ids: "pseudonym" });
    expect(body.manifest).toMatchObject({ historic: false, user_ids: "pseudonym" });
  }

  it("makes an export when one is due, and then no other", async () => {
    await expectMade(await night());
    expect(await night()).toEqual([]);
  });

  it("makes the very first", async () => {
    await shop.runtime.env.EXPORTS.delete("latest.json");
    await expectMade(await night());
  });

  it("waits for one that is at work, not for one that was lost", async () => {
    const atWork = await insertRunning(0);
    expect(await night()).toEqual([]);
    const lost = Date.now() - EXPORT_LOST_MILLISECONDS - HOUR;
    await shop.db.prepare("UPDATE exports SET started_at = ? WHERE export_id = ?").bind(lost, atWork).run();
    await expectMade(await night());
    expect(await stateOf(atWork)).toBe("failed");
  });

  it("takes one that was set back for none, complete or at work", async () => {
    const asOf = await shop.tick();
    await made(asOf);
    const atWork = await insertRunning(HOUR, asOf);
    await expectMade(await night());
    expect(await stateOf(atWork)).toBe("running");
  });

  it("makes up the next night for one that failed", async () => {
    await shop.db.prepare("UPDATE items SET deleted_at = 1").run();
    const [failed = ""] = await night();
    await eventually(async () => (await stateOf(failed)) === "failed");
    await shop.db.prepare("UPDATE items SET deleted_at = NULL").run();
    await expectMade(await night());
  });
});
