import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { queryDuckDb } from "../lake/duckdb.ts";
import { eventually } from "../support/runtime.ts";
import { type Answer, OpenShop } from "./open-shop.ts";

/** The whole circle as docs/circle.md walks it: each test goes on where the one before it ended. */
const SAMPLE = { user_id: "1001" };
const SHOPPERS = Array.from({ length: 24 }, (_, n) => ({ user_id: String(1001 + n) }));
const CIRCLE_MILLISECONDS = 120_000;
/** Events are in the ledger, and so in an export, some seconds after they were accepted; a shadow's figures likewise. */
const SECONDS_LATER_MILLISECONDS = 30_000;

let shop: OpenShop;
let first: string;
let second: string;
let exported: string;
let model: string;

async function pullNewExport(): Promise<string> {
  const { id } = JSON.parse(await shop.endcap("exports", "create", "--json"));
  return shop.endcap("exports", "pull", "--id", id, "--out", join(shop.folder, "exports"));
}

/** @returns the folder of a model that was trained on a pulled export */
function train(exportFolder: string, seed: number): Promise<string> {
  return shop.endcap("train", "--export", exportFolder, "--out", join(shop.folder, "models"), "--seed", String(seed));
}

/**
 * What a shopper sees of a model: the strategy and the items of every shelf, in order. What is trending follows what
 * shoppers did meanwhile.
 */
function seen({ shelves }: Answer): readonly string[] {
  const modelled = shelves.filter(({ strategy }) => strategy !== "trending");
  return modelled.map(({ strategy, items }) => `${strategy}: ${items.map(({ item_id }) => item_id).join(" ")}`);
}

function personal({ shelves }: Answer): readonly string[] {
  return shelves.find(({ strategy }) => strategy === "profile")?.items.map(({ item_id }) => item_id) ?? [];
}

beforeAll(async () => {
  shop = await OpenShop.open();
  await shop.endcap("sync", "run");
  first = await shop.endcap("models", "publish", await train(await pullNewExport(), 1));
  await shop.endcap("models", "activate", first);
}, CIRCLE_MILLISECONDS);
afterAll(() => shop.close());

it("answers with the first model, and the next answer knows what a shopper did", async () => {
  const anonymous = { client_id: "circle-anonymous-client-1" };
  for (const shopper of [SAMPLE, anonymous]) {
    const before = await shop.ask(shopper);
    expect(before.model_version).toBe(first);
    const [viewed] = before.shelves[0]?.items ?? [];
    if (viewed === undefined) throw new Error("The first shelf is empty.");
    await shop.does(shopper, "view_item", viewed);
    expect((await shop.ask(shopper)).shelves[0]).toMatchObject({
      strategy: "similar",
      seed: { item_id: viewed.item_id },
    });
  }
});

it("exports what shoppers did", { timeout: CIRCLE_MILLISECONDS }, async () => {
  const since = new Date().toISOString().replace(/[TZ]/g, " ");
  for (const [n, shopper] of SHOPPERS.entries()) {
    const items = (await shop.ask(shopper)).shelves.flatMap((shelf) => shelf.items);
    const chosen = items[n % items.length];
    if (chosen === undefined) throw new Error("There is nothing to choose from.");
    await shop.does(shopper, "add_to_cart", chosen);
    await shop.does(shopper, "purchase", chosen);
  }
  await eventually(async () => {
    exported = await pullNewExport();
    const [row] = await queryDuckDb(
      `SELECT count(*) FILTER (WHERE carts > 0 AND purchases > 0) AS bought
       FROM '${exported}/training/*.parquet' WHERE last_interaction_at >= '${since}'`,
    );
    return row?.["bought"] === String(SHOPPERS.length);
  }, SECONDS_LATER_MILLISECONDS);
});

it("trains a model on the export, with a card whose pictures are there", { timeout: CIRCLE_MILLISECONDS }, async () => {
  model = await train(exported, 2);
  const manifest = JSON.parse(await readFile(join(model, "manifest.json"), "utf8"));
  expect(exported.endsWith(manifest.source_export)).toBe(true);
  expect(manifest.version).not.toBe(first);
  const { metrics } = manifest;
  expect(metrics["validation_ndcg@10"]).toBeGreaterThan(metrics["validation_popularity_ndcg@10"]);
  const card = await readFile(join(model, "MODEL_CARD.md"), "utf8");
  expect(card).toContain(`# Model ${manifest.version}`);
  const pictures = [...card.matchAll(/!\[[^\]]+\]\(([^)]+\.svg)\)/g)].map(([, file]) => file ?? "");
  expect(pictures.length).toBeGreaterThanOrEqual(2);
  for (const file of pictures)
    expect(await readFile(join(model, file), "utf8")).toMatch(/^<svg [^]*<(path|polyline) [^]*<\/svg>\s*$/);
});

it(
  "measures what it would find far above popularity, and the folder on the same users",
  { timeout: CIRCLE_MILLISECONDS },
  async () => {
    const part = (table: string): string => join(exported, table, "part-00000.parquet");
    const evaluate = async (named: string) => {
      const files = ["--interactions", part("training"), "--items", part("items"), "--users", part("users")];
      const { users, metrics, ...answer } = JSON.parse(
        await shop.endcap("evaluate", ...files, "--model", named, "--json"),
      );
      expect(answer).toEqual({ model: named, protocol: "random", k: 10 });
      return { users, ndcg: metrics.ndcg };
    };
    const [popularity, similarity, blend] = [
      await evaluate("popularity"),
      await evaluate("similarity"),
      await evaluate("blend"),
    ];
    const folder = await evaluate(model);
    // The export's own folder, which counts rows as the training does.
    const whole = JSON.parse(await shop.endcap("evaluate", "--interactions", exported, "--model", "blend", "--json"));
    expect(whole.users).toBe(blend.users);
    expect(whole.metrics.ndcg.low).toBeGreaterThan(popularity.ndcg.high);
    expect(blend.users).toBeGreaterThan(100);
    for (const other of [popularity, similarity, folder]) expect(other.users).toBe(blend.users);
    expect(popularity.ndcg.value).toBeGreaterThan(0);
    expect(similarity.ndcg.low).toBeGreaterThan(popularity.ndcg.high);
    expect(blend.ndcg.low).toBeGreaterThan(popularity.ndcg.high);
    expect(blend.ndcg.value).toBeGreaterThan(similarity.ndcg.value);
    // It has seen what is held out here.
    expect(folder.ndcg.value).toBeGreaterThan(blend.ndcg.value);
  },
);

it(
  "lets the new model rank in the shadow, and says how it compares with what was answered",
  { timeout: CIRCLE_MILLISECONDS },
  async () => {
    second = await shop.endcap("models", "publish", model);
    await shop.endcap("models", "shadow", second, "--share", "1");
    for (const shopper of SHOPPERS) expect((await shop.ask(shopper)).model_version).toBe(first);
    const comparison = await eventually(async () => {
      const report = JSON.parse(await shop.endcap("models", "shadow", second, "--report", "--json"));
      expect(report).toMatchObject({ version: second, share: 1 });
      return report.comparisons[0];
    }, SECONDS_LATER_MILLISECONDS);
    expect(comparison).toMatchObject({ active_version: first, answers: { failed: 0, degraded: 0 } });
    expect(comparison.answers.compared).toBeGreaterThan(0);
    expect(comparison.overlap.mean).toBeGreaterThan(0);
    expect(comparison.overlap.mean).toBeLessThan(1);
  },
);

it(
  "answers otherwise once the new model is active, and as before after a roll-back",
  { timeout: CIRCLE_MILLISECONDS },
  async () => {
    const before = await shop.ask(SAMPLE);
    expect(before.model_version).toBe(first);

    await shop.endcap("models", "activate", second);
    const after = await shop.ask(SAMPLE);
    expect(after.model_version).toBe(second);
    expect(personal(after)).toHaveLength(personal(before).length);
    expect(personal(after)).not.toEqual(personal(before));

    await shop.endcap("models", "rollback");
    const back = await shop.ask(SAMPLE);
    expect(back.model_version).toBe(first);
    expect(seen(back)).toEqual(seen(before));
  },
);
