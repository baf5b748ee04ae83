import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { filesOf } from "../../domain/exports/manifest.ts";
import { rememberErased } from "../../platform/d1/erased-user-store.ts";
import { createRandom } from "../../scripts/random.ts";
import { deleteRecord, storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { interaction, purchase } from "../durable-objects/ledger-world.ts";
import { item } from "../support/catalogue.ts";
import { DrivenShop, hashesOf } from "./export-drive.ts";
import type { Driven } from "./export-worker.ts";

const HOUR = 60 * 60 * 1000;
/** One of so many requests is tried: another choice of them for each kind of trouble. */
const TRIED = 8;

let shop: DrivenShop;
let undisturbed: Record<string, string>;
let quiet: Driven;

beforeAll(async () => {
  shop = await DrivenShop.open();
  const { db } = shop;
  await shop.store(
    ...["1", "2", "3", "4", "5"].map((userId) => storeUser(db, { userId, country: "FR", features: { city: userId } })),
    ...["A", "B", "C"].map((id) => storeItem(db, item(id, { features: { scale: "1:72" } }))),
    storeRating(db, { userId: "3", itemId: "A", rating: 4, ratedAt: null }),
  );
  const at = Date.now() - 10 * HOUR;
  const items = [{ item_id: "A", quantity: 2, price: 9.5 }];
  await shop.tell(
    purchase("p1", "t1", items, { shopper: "u:1", at }),
    ...["1", "2", "3", "4", "5"].map((id) =>
      interaction(`v${id}`, { shopper: `u:${id}`, items: [{ item_id: "B" }], at }),
    ),
  );
  const { manifest } = await shop.export({ params: { csv: true } });
  undisturbed = hashesOf(manifest);
  quiet = await shop.drive({ params: { csv: true } });
});
afterAll(() => shop.close());

/** What is in the bucket is what the manifest says, and nothing else, and what an undisturbed export has. */
async function expectUndisturbed(id: string): Promise<void> {
  const { manifest } = await shop.shop.pull(id);
  expect(hashesOf(manifest)).toEqual(undisturbed);
  expect(await shop.filesIn(id)).toEqual(["manifest.json", ...filesOf(manifest).map(({ file }) => file)].toSorted());
  expect(await shop.latest()).toBe(id);
  const { body } = await shop.runtime.call(`/v1/exports/${id}`);
  expect(body.state).toBe("complete");
}

const repeated = (names: readonly string[]): string[] => names.filter((name, place) => names.indexOf(name) !== place);

describe("an export that is disturbed at any of its requests", () => {
  it.each([
    ["fails", false],
    ["fails", true],
    ["dies", false],
    ["dies", true],
  ] as const)("ends as an undisturbed one (%s, done: %s)", { timeout: 60_000 }, async (kind, after) => {
    const random = createRandom((kind === "fails" ? 2 : 4) + (after ? 1 : 0));
    for (let first = 1; first <= quiet.calls; first += TRIED) {
      const call = Math.min(quiet.calls, first + Math.floor(random() * TRIED));
      const { id, ...driven } = await shop.drive({ params: { csv: true }, trouble: { kind, call, after } });
      expect([call, driven.state, driven.error]).toEqual([call, "complete", null]);
      await expectUndisturbed(id);
      // One step is run again, and none of the others.
      const again = repeated(driven.steps);
      expect(again).toHaveLength(1);
      expect(driven.steps.filter((name) => !again.includes(name))).toEqual(
        quiet.steps.filter((name) => !again.includes(name)),
      );
      expect(driven.lives).toBe(kind === "dies" ? 2 : 1);
    }
  });

  it("does not write a part again that was written", async () => {
    const { id } = await shop.drive({ params: { csv: true }, until: "users 0" });
    const before = await shop.runtime.env.EXPORTS.head(`${id}/training/part-00000.parquet`);
    const rest = await shop.drive({ id, params: { csv: true } });
    expect(rest.state).toBe("complete");
    expect(rest.steps[0]).toBe("users 0");
    expect(rest.puts.filter((key) => key.includes("/training/") || key.includes("/ratings/"))).toEqual([]);
    const after = await shop.runtime.env.EXPORTS.head(`${id}/training/part-00000.parquet`);
    expect(after?.version).toBe(before?.version);
    await expectUndisturbed(id);
  });

  it("fails with words where a step never succeeds", async () => {
    const before = await shop.latest();
    const first = await shop.drive({ until: "users 0" });
    await shop.db.prepare("ALTER TABLE users RENAME TO users_away").run();
    const rest = await shop.drive({ id: first.id });
    await shop.db.prepare("ALTER TABLE users_away RENAME TO users").run();
    expect(rest).toMatchObject({ state: "failed", refused: false, error: expect.stringContaining("no such table") });
    expect(repeated(rest.steps)).toHaveLength(4);
    expect(await shop.latest()).toBe(before);
  });
});

describe("a user who goes while an export runs", () => {
  const of = (id: string): string => `user_id = '${shop.shop.pseudonym(id)}'`;
  const rowsOf = async (id: string, user: string): Promise<unknown[]> => {
    const exported = await shop.shop.pull(id);
    const [training, users] = [`SELECT * FROM TRAINING WHERE ${of(user)}`, `SELECT * FROM USERS WHERE ${of(user)}`];
    return [...(await exported.query(training)), ...(await exported.query(users))];
  };

  it.each(["columns", "training 0", "users 0", "check counts", "check files", "gone while it was checked"])(
    "is not in it, when erased before the step: %s",
    async (until) => {
      const { id } = await shop.drive({ until });
      await rememberErased(shop.db, shop.shop.pseudonym("4"), Date.now());
      const rest = await shop.drive({ id });
      expect(rest).toMatchObject({ state: "complete", error: null });
      expect(await rowsOf(id, "4")).toEqual([]);
      expect(rest.steps).toContain("begin again, 1");
      const { manifest } = await shop.shop.pull(id);
      expect(await shop.filesIn(id)).toEqual(
        ["manifest.json", ...filesOf(manifest).map(({ file }) => file)].toSorted(),
      );
    },
  );

  it("is not in it when the ledger has forgotten the user too", async () => {
    const { id } = await shop.drive({ until: "check counts" });
    for (let shard = 0; shard < shop.ledgers.shards; shard++) await shop.ledgers.shard(shard).erase("u:3");
    await rememberErased(shop.db, shop.shop.pseudonym("3"), Date.now());
    expect(await shop.drive({ id })).toMatchObject({ state: "complete", error: null });
    expect(await rowsOf(id, "3")).toEqual([]);
  });

  it("is not in it when the source deleted the user", async () => {
    const { id } = await shop.drive({ until: "check counts" });
    await shop.store(deleteRecord(shop.db, "users", "2"));
    expect(await shop.drive({ id })).toMatchObject({ state: "complete", error: null });
    expect(await rowsOf(id, "2")).toEqual([]);
  });

  it("makes it fail with words when that happens again and again", async () => {
    const before = await shop.latest();
    const { id } = await shop.drive({ until: "check files" });
    for (const until of ["check files, 2", "check files, 3", null]) {
      await rememberErased(shop.db, shop.shop.pseudonym("1"), Date.now());
      const rest = await shop.drive({ id, ...(until === null ? {} : { until }) });
      if (until !== null) expect(rest.state).toBe("stopped");
      else
        expect(rest).toMatchObject({
          state: "failed",
          error: expect.stringMatching(/erased or deleted during each of 3 attempts/),
        });
    }
    expect(await shop.latest()).toBe(before);
    expect(await shop.filesIn(id)).not.toContain("manifest.json");
  });
});
