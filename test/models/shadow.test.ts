import { setTimeout as sleep } from "node:timers/promises";

import { expect, it } from "vitest";

import { CONTROL_FRESH_MILLISECONDS, CONTROL_OBJECT_KEY } from "../../domain/control/control.ts";
import { eventually, startRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";
import { addTurnedModel, holdSyncs, noteIndexed } from "./second-model.ts";

/** A twelfth of a turn away: some five of ten items are the same. */
const SHADOW = "turned";
const TURN = 5;

interface Item {
  readonly item_id: string;
  readonly score: number;
}
interface Answer {
  readonly model_version: string;
  readonly degraded: string[] | null;
  readonly shelves: { strategy: string; items: Item[] }[];
}

const PATHS: readonly string[] = [
  "placement=home&user_id=1",
  "placement=home&user_id=2",
  "placement=home&country=FR&limit=4",
  `placement=product&item_id=${shopItem(40)}&country=FR`,
  `placement=product&item_id=${shopItem(10)}&user_id=2&limit=12`,
  `placement=cart&cart=${shopItem(16)}&user_id=1`,
];

/** Long enough for what runs beside an answer to end. */
const beside = (): Promise<void> => sleep(60);

/** The shop with a shadow to be, and what is asked of it. */
async function openShop() {
  const runtime = await startRuntime({ main: "test/models/shadow-trouble-worker.ts" });
  await openTestShop(runtime);
  await holdSyncs(runtime);
  await noteIndexed(runtime, TEST_SHOP.model);
  await addTurnedModel(runtime, SHADOW, TURN);

  const ask = async (path: string): Promise<Answer> => {
    const { status, body } = await runtime.call(`/v1/recommendations?${path}`);
    expect(status).toBe(200);
    expect(body.degraded).toBeNull();
    return body;
  };
  const askAll = async (): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (const path of PATHS) {
      answers.push(await ask(path));
      await beside();
    }
    return answers;
  };
  const post = async (path: string, body?: unknown): Promise<void> => {
    const init = { method: "POST", ...(body === undefined ? {} : { body }) };
    const answer = await runtime.call(`/v1/models/${path}`, init);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  };
  const untilServing = (version: string, as: string | null): Promise<boolean> =>
    eventually(async () => (await runtime.call(`/v1/models/${version}`)).body.serving_as === as);
  const shadowOn = async (share: number): Promise<void> => {
    await post(`${SHADOW}/shadow`, { share });
    await untilServing(SHADOW, "shadow");
  };
  const report = async () => {
    const { status, body } = await runtime.call(`/v1/models/${SHADOW}/shadow`);
    expect(status).toBe(200);
    return body;
  };
  /** The figures once so many answers are in them. */
  const figuresOf = async (sampled: number) => {
    const { comparisons } = await eventually(async () => {
      const body = await report();
      return (body.comparisons[0]?.answers.sampled ?? 0) >= sampled ? body : null;
    });
    return comparisons[0];
  };
  return { runtime, askAll, post, untilServing, shadowOn, report, figuresOf };
}
type ShadowShop = Awaited<ReturnType<typeof openShop>>;

/** Runs in a shop of its own: switches take seconds to be felt, and so tests wait for them side by side. */
const inOwnShop = (work: (shop: ShadowShop) => Promise<void>) => async (): Promise<void> => {
  const shop = await openShop();
  try {
    await work(shop);
  } finally {
    await shop.runtime.close();
  }
};

const personal = ({ shelves }: Answer): Item[] => shelves.find(({ strategy }) => strategy === "profile")?.items ?? [];
const sum = (values: readonly number[]): number => values.reduce((before, value) => before + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

it.concurrent(
  "nothing is written without a shadow",
  inOwnShop(async ({ runtime, askAll, report }) => {
    await askAll();
    await sleep(CONTROL_FRESH_MILLISECONDS + 1_000);
    expect((await runtime.call("/v1/shadow-writes")).body).toBe(0);
    expect(await report()).toEqual({ version: SHADOW, share: null, comparisons: [] });
  }),
  60_000,
);

it.concurrent(
  "the stored figures are what comparing both models' answers by hand says",
  inOwnShop(async ({ runtime, askAll, figuresOf, post, shadowOn, untilServing }) => {
    await shadowOn(1);
    const answered = [...(await askAll()), ...(await askAll())];
    const figures = await figuresOf(answered.length);
    expect(figures).toMatchObject({
      active_version: TEST_SHOP.model,
      hours: expect.any(Number),
      answers: { sampled: answered.length, compared: answered.length, dropped: 0, failed: 0 },
    });
    await post(`${SHADOW}/activate`);
    // What became active is no shadow any more.
    expect((await runtime.call(`/v1/models/${SHADOW}`)).body).toMatchObject({ state: "active", shadow_share: null });
    await untilServing(SHADOW, "active");
    await askAll();
    const once = await askAll();
    const others = [...once, ...once];
    expect(others.every(({ model_version }) => model_version === SHADOW)).toBe(true);
    await post("rollback");
    await untilServing(TEST_SHOP.model, "active");

    const pairs = answered.map((answer, place) => {
      const first = (items: readonly Item[]): string[] => items.slice(0, 10).map(({ item_id }) => item_id);
      return [first(personal(answer)), first(personal(others[place] ?? answer))] as const;
    });
    const overlaps = pairs.map(([one, other]) => one.filter((id) => other.includes(id)).length / one.length);
    expect(mean(overlaps)).toBeGreaterThan(0.2);
    expect(mean(overlaps)).toBeLessThan(0.8);
    expect(figures.overlap.mean).toBeCloseTo(mean(overlaps), 9);
    expect(figures.overlap.interval[0]).toBeLessThan(figures.overlap.mean);
    expect(sum(figures.overlap.counts)).toBe(answered.length);
    for (const [side, answers] of [
      ["active", answered],
      ["shadow", others],
    ] as const) {
      const items = answers.flatMap((answer) => personal(answer).slice(0, 10));
      expect(figures[side].scores.mean).toBeCloseTo(mean(items.map(({ score }) => score)), 3);
      expect(figures[side].scores.max).toBeCloseTo(Math.max(...items.map(({ score }) => score)), 3);
      expect(figures[side].scores.min).toBeCloseTo(Math.min(...items.map(({ score }) => score)), 3);
      expect(Math.abs(figures[side].items - new Set(items.map(({ item_id }) => item_id)).size)).toBeLessThanOrEqual(1);
      expect(sum(figures[side].milliseconds.counts)).toBe(answered.length);
    }
  }),
  60_000,
);

const without = ({ shelves, model_version }: Answer): unknown => ({ shelves, model_version });

it.concurrent.each([
  ["throws", "failed"],
  ["hangs", "failed"],
  ["never loads", "late"],
])(
  "a shadow that %s changes no answer and delays none",
  (trouble, outcome) =>
    inOwnShop(async ({ runtime, askAll, figuresOf, shadowOn }) => {
      await askAll();
      const plain = (await askAll()).map(without);
      await runtime.call(`/v1/trouble?is=${encodeURIComponent(trouble)}`);
      await shadowOn(1);
      // Let what began before end: an isolate compares one answer at a time.
      const startedAt = Date.now();
      const answers = await askAll();
      const perAnswer = (Date.now() - startedAt) / PATHS.length;
      expect(answers.map(without)).toEqual(plain);
      expect(perAnswer).toBeLessThan(250);
      const { answers: counted } = await figuresOf(PATHS.length);
      expect(counted[outcome]).toBeGreaterThan(0);
      expect(counted.compared).toBe(0);
    })(),
  60_000,
);

it.concurrent(
  "a shadow that is not there changes no answer, and counts as failed",
  inOwnShop(async ({ runtime, askAll }) => {
    const plain = (await askAll()).map(without);
    const control = JSON.parse((await (await runtime.env.RUNTIME.get(CONTROL_OBJECT_KEY))?.text()) ?? "{}");
    control.model.shadow = { version: "absent", share: 1 };
    await runtime.env.RUNTIME.put(CONTROL_OBJECT_KEY, JSON.stringify(control));
    await sleep(CONTROL_FRESH_MILLISECONDS + 500);
    expect((await askAll()).map(without)).toEqual(plain);
    const row = await eventually(() =>
      runtime.env.DB.prepare(
        "SELECT failed, dropped, compared FROM shadow_hours WHERE shadow_version = 'absent'",
      ).first<{
        failed: number;
        compared: number;
      }>(),
    );
    expect(row.failed).toBeGreaterThan(0);
    expect(row.compared).toBe(0);
  }),
  60_000,
);

// By itself: so many requests would delay those whose delay is looked at.
it(
  "a share of a quarter samples a quarter of 2,000 requests, and what cannot be compared at once is dropped",
  inOwnShop(async ({ runtime, figuresOf, shadowOn }) => {
    await shadowOn(0.25);
    const REQUESTS = 2_000;
    const writesBefore: number = (await runtime.call("/v1/shadow-writes")).body;
    const startedAt = Date.now();
    let asked = 0;
    const worker = async (): Promise<void> => {
      while (asked++ < REQUESTS)
        expect((await runtime.call("/v1/recommendations?placement=home&country=FR&limit=3")).status).toBe(200);
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    const seconds = (Date.now() - startedAt) / 1_000;
    // Whoever sampled last is written within two flushes.
    await sleep(11_000);
    const { answers } = await figuresOf(1);
    const deviation = Math.sqrt(REQUESTS * 0.25 * 0.75);
    expect(Math.abs(answers.sampled - REQUESTS * 0.25)).toBeLessThan(4 * deviation);
    const { sampled, ...outcomes } = answers;
    expect(sum(Object.values<number>(outcomes))).toBe(sampled);
    const writes: number = (await runtime.call("/v1/shadow-writes")).body - writesBefore;
    expect(writes).toBeLessThanOrEqual(Math.ceil(seconds / 5) + 1);
  }),
  90_000,
);
