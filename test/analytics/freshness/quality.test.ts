import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import config from "#shop-config";
import { freshnessAnswer } from "../../../workers/api/analytics/freshness-answer.ts";
import { pipelinesAnswer } from "../../../workers/api/analytics/pipelines.ts";
import { qualityAnswer } from "../../../workers/api/analytics/quality.ts";
import { FRESHNESS_TABLES, PIPELINE_TABLES, QUALITY_TABLES } from "../../../workers/api/analytics/freshness-tables.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { addRun, ago, DAY, emptyTables, envOf, HOUR, NOW } from "./bed.ts";

const MINUTE = 60_000;

let runtime: TestRuntime;
let db: D1Database;
beforeAll(async () => {
  runtime = await startRuntime();
  db = runtime.env.DB;
});
afterAll(() => runtime.close());
afterEach(() => emptyTables(db));

async function addKept(kind: string, source: string, writtenAt: number, reasons: object, replayedAt: number | null) {
  const records = Object.values(reasons).reduce<number>((sum, count) => sum + Number(count), 0);
  const day = new Date(writtenAt).toISOString().slice(0, 10);
  await db
    .prepare(
      "INSERT INTO kept_files (key, kind, source, written_at, records, reasons, replayed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(
      `${kind}/date=${day}/${crypto.randomUUID()}`,
      kind,
      source,
      writtenAt,
      records,
      JSON.stringify(reasons),
      replayedAt,
    )
    .run();
}

it("counts what waits for people", async () => {
  await addKept("dead-letter", "events", ago(HOUR), { InvalidMessage: 1 }, null);
  await addKept("dead-letter", "events", ago(HOUR), { InvalidMessage: 1 }, ago(MINUTE));
  await addKept("quarantine", "events", ago(HOUR), { too_old: 5, bad_price: 2 }, null);
  await addKept("quarantine", "orders", ago(HOUR), { bad_price: 9 }, null);
  await db.batch([
    db.prepare(
      "INSERT INTO sync_quarantine VALUES ('orders', '1', 'set_aside', 'r', '', 1, 1), ('orders', '2', 'waiting', 'r', '', 1, 1)",
    ),
    db.prepare("INSERT INTO sync_state VALUES ('paused:ratings', 'true')"),
    db.prepare("INSERT INTO notices (kind, subject, message, opened_at) VALUES ('entity_paused', 'users', 'm', 1)"),
  ]);
  expect(await freshnessAnswer(envOf(runtime), config, NOW)).toMatchObject({
    waiting: {
      dead_letters: 1,
      quarantined_rows: 1,
      quarantined_events: 7,
      paused: ["users", "ratings"],
    },
  });
});

it("tells of the quality of what came in, by day", async () => {
  const counts = (read: number, quarantined: number) => ({
    orders: { read, compared: 0, changed: 0, written: 0, deleted: 0, quarantined },
    vectors: { read: 0, compared: 0, changed: 0, written: 1, deleted: 0, quarantined: 0 },
  });
  await addRun(db, 1, "complete", ago(8 * DAY), { counts: counts(50, 50) });
  await addRun(db, 2, "complete", ago(DAY), { counts: counts(100, 2) });
  await addRun(db, 3, "complete", ago(DAY - MINUTE), { counts: counts(100, 3) });
  await addRun(db, 4, "complete", ago(MINUTE), { counts: counts(0, 0) });
  await addKept("dead-letter", "served", ago(HOUR), { InvalidMessage: 1 }, ago(MINUTE));
  await addKept("quarantine", "events", ago(HOUR), { too_old: 5 }, null);
  await db.batch([
    db.prepare(
      "INSERT INTO sync_quarantine VALUES ('orders', '1', 'set_aside', 'r', '', 1, 1), ('orders', '2', 'waiting', 'r', '', 1, 1)",
    ),
    db
      .prepare(
        "INSERT INTO notices (kind, subject, message, opened_at, closed_at) VALUES ('schema_change', 'old', 'm', 1, 1), ('schema_change', 'new', 'm', ?1, ?1)",
      )
      .bind(ago(HOUR)),
    db
      .prepare(
        "INSERT INTO schema_changes (run, noticed_at, entity, table_name, kind, effect, message) VALUES (2, ?, 'items', 'products', 'column_added', 'none', 'm')",
      )
      .bind(ago(DAY)),
  ]);
  expect(await qualityAnswer(db, 7 * DAY, NOW)).toMatchObject({
    from: "2026-11-14T12:30:00.000Z",
    to: "2026-11-21T12:30:00.000Z",
    rows_set_aside: {
      now: [{ entity: "orders", set_aside: 1, waiting: 1 }],
      by_day: [
        { day: "2026-11-21", entity: "orders", runs: 1, read: 0, set_aside: 0, share: null },
        { day: "2026-11-20", entity: "orders", runs: 2, read: 200, set_aside: 5, share: 0.025 },
      ],
    },
    rejected: [{ day: "2026-11-21", source: "events", reason: "too_old", records: 5 }],
    drift: [{ entity: "items", table: "products", kind: "column_added", noticed_at: "2026-11-20T12:30:00.000Z" }],
    dead_letters: [{ day: "2026-11-21", queue: "served", letters: 1, not_sent_again: 0 }],
    notices: [{ kind: "schema_change", subject: "new", expected: false }],
  });
});

it("lists what pipelines did last, newest first and at most twenty of each", async () => {
  for (let run = 1; run <= 21; run++) await addRun(db, run, "complete", ago((30 - run) * MINUTE));
  await db
    .prepare(
      "INSERT INTO models (version, state, manifest, problems, indexed_through_run, published_at) VALUES ('a', 'refused', NULL, '[\"no\"]', 0, 1), ('b', 'indexed', '{\"description\":\"second\"}', '[]', 0, 2)",
    )
    .run();
  await addKept("quarantine", "events", ago(HOUR), { too_old: 5 }, null);
  const answer = (await pipelinesAnswer(envOf(runtime))) as Record<string, Record<string, unknown>[]>;
  expect(answer["sync_runs"]).toHaveLength(20);
  expect(answer["sync_runs"]?.[0]).toMatchObject({ run: 21, run_id: "run-21" });
  expect(answer["models"]).toMatchObject([
    { version: "b", description: "second", shadow_share: null, previous: false },
    { version: "a", state: "refused", problems: ["no"] },
  ]);
  expect(answer).toMatchObject({
    exports: [],
    quarantine: [{ source: "events", reasons: { too_old: 5 } }],
    dead_letters: [],
  });
});

it.each([
  ["/v1/analytics/freshness?top=1", 400],
  ["/v1/analytics/quality?period=28d", 200],
  ["/v1/analytics/quality?period=1y", 400],
  ["/v1/analytics/pipelines", 200],
])("answers %s with %i, and nobody without the scope", async (path, expected) => {
  expect((await runtime.call(path)).status).toBe(expected);
  expect((await runtime.call(path, { key: null })).status).toBe(401);
});

it.each(["freshness", "quality", "pipelines", "models"])("says of %s when it was computed", async (report) => {
  const before = Date.now();
  const { body } = await runtime.call(`/v1/analytics/${report}${report === "quality" ? "?period=48h" : ""}`);
  expect(Date.parse(body.as_of)).toBeLessThanOrEqual(Date.now());
  // An answer of the last five seconds may come again.
  expect(Date.parse(body.as_of)).toBeGreaterThan(before - 6_000);
  expect(body.freshness_seconds).toBeLessThanOrEqual(5);
  expect(body.timezone).toBe(report === "quality" ? "UTC" : undefined);
});

const TABLES = [
  ...Object.entries(FRESHNESS_TABLES).map(([name, table]) => ["freshness", name, table] as const),
  ...Object.entries(QUALITY_TABLES).map(([name, table]) => ["quality", name, table] as const),
  ...Object.entries(PIPELINE_TABLES).map(([name, table]) => ["pipelines", name, table] as const),
];

it.each(TABLES)("gives of %s the list %s as a table with every member of its rows", async (report, name, table) => {
  const written = Date.now() - MINUTE;
  await addRun(db, 1, "complete", written, {
    counts: { orders: { read: 1, compared: 0, changed: 0, written: 0, deleted: 0, quarantined: 1 } },
  });
  await addKept("quarantine", "events", written, { too_old: 5 }, null);
  await addKept("dead-letter", "events", written, { InvalidMessage: 1 }, null);
  await db.batch([
    db.prepare("INSERT INTO sync_quarantine VALUES ('orders', '1', 'set_aside', 'r', '', 1, 1)"),
    db
      .prepare("INSERT INTO notices (kind, subject, message, opened_at) VALUES ('schema_change', 's', '=1+1', ?)")
      .bind(written),
    db
      .prepare(
        "INSERT INTO schema_changes (run, noticed_at, entity, table_name, kind, effect, message) VALUES (1, ?, 'items', 'products', 'column_added', 'none', 'm')",
      )
      .bind(written),
    db
      .prepare("INSERT INTO exports (export_id, state, started_at, params) VALUES ('e', 'complete', 1, ?)")
      .bind(JSON.stringify({ asOf: null, csv: false, userIds: "pseudonym" })),
    db.prepare(
      "INSERT INTO models (version, state, problems, indexed_through_run, published_at) VALUES ('a', 'refused', '[]', 0, 1)",
    ),
  ]);
  const answers = {
    freshness: () => freshnessAnswer(envOf(runtime), config, NOW),
    quality: () => qualityAnswer(db, DAY, new Date()),
    pipelines: () => pipelinesAnswer(envOf(runtime)),
  };
  const rows = table.rowsOf(Object.fromEntries(Object.entries(await answers[report]())));
  expect(rows.length).toBeGreaterThan(0);
  expect(Object.keys(rows[0] ?? {})).toEqual(table.columns);
  const query = report === "freshness" ? "format=csv" : `format=csv&table=${name}`;
  const { body, headers } = await runtime.call(`/v1/analytics/${report}?${query}`);
  expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(headers.get("x-as-of")).toMatch(/Z$/);
  const text = String(body);
  expect(text.startsWith(`${table.columns.join(",")}\r\n`), text).toBe(true);
  expect(text.trimEnd().split("\r\n").length).toBeGreaterThan(1);
  if (name === "notices") expect(text).toContain(",'=1+1,");
});

it("takes the first list where none is named, and refuses one that is not there", async () => {
  const { body, headers } = await runtime.call("/v1/analytics/pipelines?format=csv");
  expect(headers.get("content-disposition")).toMatch(/^attachment; filename="pipelines-sync-runs-[\d-]+\.csv"$/);
  expect(String(body)).toMatch(/^run_id,run,/);
  expect((await runtime.call("/v1/analytics/quality?format=csv&table=colours")).body.error.code).toBe(
    "invalid_request",
  );
  expect((await runtime.call("/v1/analytics/freshness?table=flows")).body.error.code).toBe("unknown_field");
});
