import { emptyTally } from "../../domain/models/shadow-tally.ts";
import { keepSpikes } from "../../platform/d1/analytics/spike-store.ts";
import { rememberFeatures } from "../../platform/d1/feature-store.ts";
import { addDeliveries } from "../../platform/d1/notice-delivery-store.ts";
import { openNotice } from "../../platform/d1/notice-store.ts";
import { quarantineStatements } from "../../platform/d1/quarantine-store.ts";
import { schemaChangeStatements } from "../../platform/d1/schema-change-store.ts";
import { addServed } from "../../platform/d1/served-store.ts";
import { addShadowHours } from "../../platform/d1/shadow-store.ts";
import { beginSyncRun, finishSyncRun, runCountsStatement } from "../../platform/d1/sync-run-store.ts";
import { keepDeadLetter } from "../../platform/quarantine/keep-dead-letter.ts";
import { setAside } from "../../platform/quarantine/set-aside.ts";
import { catalogueItem, insertCounters, insertRows } from "../analytics/reports/counters.ts";
import { addTurnedModel, holdSyncs, noteIndexed } from "../models/second-model.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, TEST_SHOP } from "../support/shop.ts";

/** The model version that the document's examples speak of. */
export const EXAMPLE_MODEL = "2026-11-21";
/** A run that is over, and noticed a change. */
export const EXAMPLE_RUN_ID = "run-of-the-shop";

const HOUR_MILLISECONDS = 3_600_000;
const QUARTER_TURN = 15;
/** Nobody listens there: a test message finds that out. */
const TARGETS = [
  { name: "on-call", format: "webhook", url: "http://127.0.0.1:9/", secret: "a-secret-of-enough-characters" },
];

async function count(runtime: TestRuntime, now: number): Promise<void> {
  const { env } = runtime;
  const hour = now - (now % HOUR_MILLISECONDS);
  const at = new Date(hour).toISOString();
  const done = { at, views: 9, carts: 3, removals: 1, purchases: 2, quantity: 4, revenue: 40 };
  await insertRows(runtime, "items", [catalogueItem("bark", "Ships", { stock: 10 })]);
  await insertCounters(runtime, "hourly_items", [{ ...done, item_id: "bark" }]);
  await insertCounters(runtime, "hourly_lines", [
    { ...done, line: "Ships" },
    { ...done, line: "Ships", currency: "EUR" },
  ]);
  await insertCounters(runtime, "hourly_orders", [{ at, orders: 2 }]);
  const keys = { hour, placement: "home", strategy: "profile", model_version: TEST_SHOP.model, arm: "" };
  await addServed(
    env.DB,
    ["message"],
    {
      hours: [{ hour, answers: 3, items: 30, degraded: 1, slow: 0, lost: 0 }],
      reasons: [{ hour, reason: "vector_timeout", answers: 1 }],
      items: [{ ...keys, served: 30 }],
    },
    now,
  );
  await env.DB.prepare(
    "UPDATE hourly_recommendations SET impressions = 20, clicks = 4, purchases = 1, revenue = 9",
  ).run();
  await insertRows(runtime, "hourly_recommendations", [
    {
      ...keys,
      grain: "hour",
      currency: "CHF",
      served: 0,
      impressions: 0,
      clicks: 0,
      carts: 0,
      purchases: 1,
      quantity: 1,
      revenue: 7,
    },
  ]);
}

async function keepTroubles({ env }: TestRuntime, run: number, now: Date): Promise<void> {
  const { DB: db } = env;
  const change = {
    entity: "items",
    table: "products",
    column: "colour",
    kind: "column_added",
    before: null,
    after: "text",
    effect: "goes_on",
    message: "products has a new column colour.",
    announcementId: null,
  } as const;
  const entry = {
    entity: "items",
    rowKey: "S1",
    state: "set_aside",
    reason: "invalid_price",
    detail: "No number.",
    firstRun: run,
    lastRun: run,
  } as const;
  await db.batch([...schemaChangeStatements(db, run, [change], now), ...quarantineStatements(db, [entry])]);
  const notice = {
    kind: "entity_paused",
    subject: "ratings",
    message: "ratings are not read.",
    announcementId: null,
  } as const;
  await openNotice(db, notice, now);
  await addDeliveries(db, [{ noticeId: 1, phase: "opened", target: "on-call" }], now.getTime());
  const payload = { name: "veiw_item", params: {} };
  await setAside(env, "events", [{ reason: "unknown_event", detail: "No such event.", at: now.getTime(), payload }]);
  const letter = { id: "letter", timestamp: now, attempts: 10, body: { kind: "nothing" } };
  await keepDeadLetter(env, "served", letter, new TypeError("It cannot be read."));
}

/** A shop in which every list of the API has something, so that every answer's schema meets an answer. */
export async function startFullShop(): Promise<TestRuntime> {
  const runtime = await startRuntime({ vars: { NOTIFY_TARGETS: JSON.stringify(TARGETS) } });
  const { DB: db } = runtime.env;
  const now = new Date();
  const hour = now.getTime() - (now.getTime() % HOUR_MILLISECONDS);
  await openTestShop(runtime);
  await holdSyncs(runtime);
  await noteIndexed(runtime, TEST_SHOP.model);
  await addTurnedModel(runtime, EXAMPLE_MODEL, QUARTER_TURN);
  const compared = { activeVersion: TEST_SHOP.model, shadowVersion: EXAMPLE_MODEL, tally: emptyTally() };
  await addShadowHours(db, [{ hour, ...compared }]);
  await count(runtime, now.getTime());
  const raised = { subject: "bark", observed: 90, expected: 9, ratio: 10, pValue: 1e-9, alarms: true } as const;
  await keepSpikes(db, hour, [{ ...raised, scope: "item", signal: "interest" }], now);
  const feature = { name: "city", kind: "text", state: "active", was: null } as const;
  await rememberFeatures(db, "users", [feature], now);
  // What an export begins with: somebody has done something with an item.
  const rating =
    "INSERT INTO ratings (user_id, item_id, rating, rated_at, row_hash, changed_run) VALUES ('1', 'bark', 5, ?, '', 1)";
  await db.prepare(rating).bind(hour).run();
  const run = await beginSyncRun(db, EXAMPLE_RUN_ID, "manual", "running", now);
  const counts = { read: 60, compared: 0, changed: 2, written: 2, deleted: 0, quarantined: 1 };
  await runCountsStatement(db, run, { items: counts }).run();
  await finishSyncRun(db, run, { state: "complete", entities: { items: { state: "complete", reasons: [] } } }, now);
  await keepTroubles(runtime, run, now);
  return runtime;
}
