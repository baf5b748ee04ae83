import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, it } from "vitest";

import { CONTROL_OBJECT_KEY, controlSchema } from "../../domain/control/control.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";
import { addTurnedModel, holdSyncs, noteIndexed } from "./second-model.ts";

/** Half a turn away, with other neighbours and scores nine times as large: no answer can be taken for the other's. */
const TURNED = "turned";
const EVERYWHERE_WITHIN_MILLISECONDS = 10_000;
const WORKERS = 6;
const PAUSE_MILLISECONDS = 10;

/** The shop with both models, one of them active from the first request on. */
async function openShop(active: string): Promise<TestRuntime> {
  const opened = await startRuntime();
  await openTestShop(opened);
  await holdSyncs(opened);
  await noteIndexed(opened, TEST_SHOP.model);
  await addTurnedModel(opened, TURNED, 30, { length: 3, stride: 7 });
  const control = controlSchema.parse(await (await opened.env.RUNTIME.get(CONTROL_OBJECT_KEY))?.json());
  await opened.env.RUNTIME.put(CONTROL_OBJECT_KEY, JSON.stringify({ ...control, model: { active, previous: null } }));
  const events = [5, 6].map((n) => ({
    event_id: `seen-${n}`,
    name: "view_item",
    params: { items: [{ item_id: shopItem(n) }] },
  }));
  expect((await opened.call("/v1/events", { body: { user_id: "2", events } })).status).toBe(202);
  return opened;
}

let runtime: TestRuntime;
let quiet: TestRuntime;
// What each request is answered by a model alone: by runtimes that never knew the other one.
const expected = new Map<string, readonly string[]>();
beforeAll(async () => {
  const alone = async (version: string): Promise<TestRuntime> => {
    const opened = await openShop(version);
    expected.set(version, await contentsOf(opened, version));
    return opened;
  };
  const [turned, ...others] = await Promise.all([alone(TURNED), alone(TEST_SHOP.model), openShop(TEST_SHOP.model)]);
  [quiet, runtime] = others;
  await turned.close();
}, 120_000);
afterAll(() => Promise.all([runtime.close(), quiet.close()]));

interface Answer {
  readonly model_version: string;
  readonly degraded: string[] | null;
  readonly shelves: { items: { item_id: string; score: number }[] }[];
}

const REQUESTS: readonly { path: string; body?: unknown }[] = [
  { path: "/v1/recommendations?placement=home&user_id=1" },
  { path: "/v1/recommendations?placement=home&user_id=2" },
  { path: "/v1/recommendations?placement=home&client_id=abcdefghijklmnopqrstuv&country=DE" },
  { path: `/v1/recommendations?placement=product&item_id=${shopItem(33)}&user_id=1` },
  { path: `/v1/recommendations?placement=cart&cart=${shopItem(20)},${shopItem(8)}&user_id=2` },
  {
    path: "/v1/recommendations",
    body: {
      user_id: "1",
      cart: [shopItem(20)],
      placements: [{ placement: "product", item_id: shopItem(40), limit: 5 }, { placement: "checkout" }],
    },
  },
];

async function ask(request: number, asked = runtime): Promise<{ status: number; answers: Answer[] }> {
  const { path, body } = REQUESTS[request] ?? { path: "" };
  const { status, body: answer } = await asked.call(path, body === undefined ? {} : { body });
  return { status, answers: answer.results ?? [answer] };
}

/** What an answer recommends, and with which scores. */
function content({ answers }: { answers: Answer[] }): string {
  return JSON.stringify(
    answers.map(({ shelves }) => shelves.map(({ items }) => items.map(({ item_id, score }) => [item_id, score]))),
  );
}

const post = async (path: string, posted = runtime): Promise<void> => {
  const { status, body } = await posted.call(`/v1/models/${path}`, { method: "POST" });
  expect(status, JSON.stringify(body)).toBe(200);
};

/** Contents of all answers, once nothing has to be looked up any more. */
async function contentsOf(asked: TestRuntime, version: string): Promise<string[]> {
  const contents: string[] = [];
  for (let request = 0; request < REQUESTS.length; request++) {
    for (let warming = 0; warming < 3; warming++) {
      await ask(request, asked);
      await sleep(100);
    }
    const answered = await ask(request, asked);
    expect(answered.answers.map(({ model_version }) => model_version)).toEqual(answered.answers.map(() => version));
    contents.push(content(answered));
  }
  return contents;
}

// Both are mostly waiting, each in a runtime of its own.
it.concurrent("no answer fails, lacks a part or mixes two models while versions are switched under load", async () => {
  for (const [request, text] of (expected.get(TURNED) ?? []).entries())
    expect(text).not.toBe(expected.get(TEST_SHOP.model)?.[request]);
  const faults: string[] = [];
  const answered = new Map<string, number>();
  // Which version every answer must name from when on.
  let due: { version: string; from: number } = { version: TEST_SHOP.model, from: 0 };
  const over = new AbortController();
  const load = async (worker: number): Promise<void> => {
    for (let round = worker; !over.signal.aborted; round++) {
      const request = round % REQUESTS.length;
      const askedAt = Date.now();
      const dueThen = due;
      const result = await ask(request);
      const versions = new Set(result.answers.map((answer) => answer.model_version));
      const [version = ""] = versions;
      answered.set(version, (answered.get(version) ?? 0) + 1);
      if (result.status !== 200) faults.push(`status ${result.status}`);
      if (versions.size !== 1) faults.push("two versions on one page");
      for (const { degraded, shelves } of result.answers) {
        if (degraded !== null) faults.push(`${version}: ${degraded.join()}`);
        if (shelves.length === 0) faults.push("no shelves");
      }
      if (content(result) !== expected.get(version)?.[request])
        faults.push(`${version}: another content of ${request}`);
      if (askedAt >= dueThen.from && version !== dueThen.version)
        faults.push(`${version} ${askedAt - dueThen.from} ms after only ${dueThen.version} was due`);
      await sleep(PAUSE_MILLISECONDS);
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, worker) => load(worker));
  const switchTo = async (path: string, version: string): Promise<void> => {
    due = { version, from: Infinity };
    await post(path);
    due = { version, from: Date.now() + EVERYWHERE_WITHIN_MILLISECONDS };
    await sleep(EVERYWHERE_WITHIN_MILLISECONDS + 1_500);
  };
  await switchTo(`${TURNED}/activate`, TURNED);
  await switchTo("rollback", TEST_SHOP.model);
  due = { version: TURNED, from: Infinity };
  await post(`${TURNED}/activate`);
  // At once: isolates go on serving it until they hear of the switch.
  await switchTo(`${TEST_SHOP.model}/retire`, TURNED);
  over.abort();
  await Promise.all(workers);
  expect(faults).toEqual([]);
  expect(answered.get(TEST_SHOP.model)).toBeGreaterThan(100);
  expect(answered.get(TURNED)).toBeGreaterThan(100);
}, 120_000);

it.concurrent("an isolate that had nothing to do follows with its first answer", async () => {
  await addTurnedModel(quiet, "quiet", 10);
  await ask(0, quiet);
  await sleep(EVERYWHERE_WITHIN_MILLISECONDS - 1_000);
  await post("quiet/activate", quiet);
  await sleep(EVERYWHERE_WITHIN_MILLISECONDS);
  const { answers } = await ask(0, quiet);
  expect(answers[0]?.model_version).toBe("quiet");
}, 60_000);
