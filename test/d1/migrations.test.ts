import { readdir, readFile } from "node:fs/promises";

import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";

import { readExport } from "../../platform/d1/export-store.ts";

const SCRIPT = "export default { fetch() { return new Response(); } };";

/** Rows that a deployment of the first version had. */
const FIRST_ROWS = [
  "INSERT INTO users VALUES ('1', 'FR', '{\"city\":\"Nantes\"}', 'aa', 1, NULL), ('2', NULL, '{}', 'bb', 2, 5)",
  "INSERT INTO items VALUES ('A', 'Kestrel', 'Cars', 9.5, 3, 0, NULL, NULL, '{}', '{\"scale\":\"1:10\"}', 'cc', 1, NULL)",
  "INSERT INTO orders VALUES ('10', '1', 1000, 1, 0, '[]', 'dd', 1, NULL)",
  "INSERT INTO ratings VALUES ('1', 'A', 5, NULL, 'ee', 1, NULL)",
  "INSERT INTO exports (export_id, state, started_at) VALUES ('e', 'complete', 1)",
  `INSERT INTO sync_runs (run_id, "trigger", state, started_at, counts) VALUES ('r', 'cron', 'complete', 1, '{}')`,
];
/** The number of the migration that parts lines by country from those of all countries. */
const LINES_OF_ALL_COUNTRIES = 9;
/** The number of the one since when a flush writes its lines as one row. */
const LINE_DELTAS = 10;
/** The number of the one since when a row of an item notes its line. */
const LINES_OF_SALES = 11;
const TABLES = ["users", "items", "orders", "ratings", "exports", "sync_runs"];

let miniflare: Miniflare;
let migrations: string[][];

beforeAll(async () => {
  const files = (await readdir("migrations")).filter((file) => file.endsWith(".sql")).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(`migrations/${file}`, "utf8")));
  migrations = texts.map((text) => text.split("--> statement-breakpoint"));
  miniflare = new Miniflare({
    modules: true,
    script: SCRIPT,
    d1Databases: [...migrations.map((_, from) => `FROM_${from}`), "LINES", "LATE_LINES", "ITEMS"],
  });
});
afterAll(() => miniflare.dispose());

it("keeps every row of a deployment of any earlier version", async () => {
  for (let from = 0; from < migrations.length; from++) {
    const db = await miniflare.getD1Database(`FROM_${from}`);
    const run = (statements: readonly string[]): Promise<unknown> =>
      db.batch(statements.map((statement) => db.prepare(statement)));
    const [first = [], ...later] = migrations;
    await run(first);
    // Rows that are written after the n-th migration name their columns as the first version did.
    const before = later.slice(0, from);
    const after = later.slice(from);
    for (const statements of before) await run(statements);
    await run(FIRST_ROWS);
    const rows = async (): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (const table of TABLES) found.push((await db.prepare(`SELECT * FROM ${table}`).all()).results);
      return found;
    };
    const written = await rows();
    for (const statements of after) await run(statements);
    expect(await rows()).toMatchObject(written);
  }
});

it("sums the lines of all countries up, and lets no earlier version count them by country alone", async () => {
  const db = await miniflare.getD1Database("LINES");
  const byCountry = (country: string, views: number): string =>
    `INSERT INTO hourly_lines (hour, grain, country, currency, line, views, carts, removals, purchases, quantity, revenue)
     VALUES (0, 'hour', '${country}', '', 'Ships', ${views}, 1, 0, 1, 2, 9.5)`;
  const [before, after] = [migrations.slice(0, LINES_OF_ALL_COUNTRIES), migrations.slice(LINES_OF_ALL_COUNTRIES)];
  for (const statement of before.flat()) await db.prepare(statement).run();
  for (const statement of [byCountry("FR", 3), byCountry("US", 4)]) await db.prepare(statement).run();
  for (const statement of after.flat()) await db.prepare(statement).run();
  const { results } = await db.prepare("SELECT * FROM hourly_lines").all();
  const ofAll = { views: 7, carts: 2, removals: 0, purchases: 2, quantity: 4, revenue: 19 };
  expect(results).toEqual([{ hour: 0, grain: "hour", currency: "", line: "Ships", ...ofAll }]);
  expect(await db.prepare("SELECT sum(views) AS views FROM hourly_line_countries").first("views")).toBe(7);
  await expect(db.prepare(byCountry("DE", 1)).run()).rejects.toThrow(/country/);
});

it("sums up the hours of lines that a night had not come to yet, and leaves those that it had", async () => {
  const db = await miniflare.getD1Database("LATE_LINES");
  const columns = "views, carts, removals, purchases, quantity, revenue";
  const row = (hour: number, country: string, views: number): string =>
    `INSERT INTO hourly_line_countries (hour, grain, country, currency, line, ${columns})
     VALUES (${hour}, 'hour', '${country}', '', 'Ships', ${views}, 0, 0, 0, 0, 0.5)`;
  for (const statement of migrations.slice(0, LINE_DELTAS).flat()) await db.prepare(statement).run();
  for (const statement of [
    row(0, "FR", 1),
    `INSERT INTO hourly_lines (hour, grain, currency, line, ${columns}) VALUES (0, 'hour', '', 'Ships', 1, 0, 0, 0, 0, 0.5)`,
    "UPDATE roll_up_state SET until = 3600000",
    row(3_600_000, "FR", 10),
    row(3_600_000, "US", 100),
  ]) {
    await db.prepare(statement).run();
  }
  for (const statement of migrations.slice(LINE_DELTAS).flat()) await db.prepare(statement).run();
  const { results } = await db.prepare("SELECT hour, views, revenue FROM hourly_lines ORDER BY hour").all();
  expect(results).toEqual([
    { hour: 0, views: 1, revenue: 0.5 },
    { hour: 3_600_000, views: 110, revenue: 1 },
  ]);
});

it("keeps what was counted of items, without a line, and every file that was kept", async () => {
  const db = await miniflare.getD1Database("ITEMS");
  for (const statement of migrations.slice(0, LINES_OF_SALES).flat()) await db.prepare(statement).run();
  await db.batch(
    [
      "INSERT INTO hourly_items VALUES (0, 'hour', 'FR', '', 'A', 3, 1, 0, 1, 2, 9.5), (0, 'day', 'FR', '', '', 1, 0, 0, 0, 0, 0)",
      "INSERT INTO kept_files (key, kind, source, written_at, records, reasons) VALUES ('k', 'quarantine', 'events', 1, 1, '{}')",
    ].map((sql) => db.prepare(sql)),
  );
  const rows = async (): Promise<unknown[]> => [
    (await db.prepare("SELECT * FROM hourly_items ORDER BY grain").all()).results,
    (await db.prepare("SELECT * FROM kept_files").all()).results,
  ];
  const before = await rows();
  for (const statement of migrations.slice(LINES_OF_SALES).flat()) await db.prepare(statement).run();
  expect(await rows()).toMatchObject(before);
  expect(await db.prepare("SELECT count(*) AS rows FROM hourly_items WHERE line IS NULL").first("rows")).toBe(2);
});

it("takes exports of earlier versions for what they were: of their moment, with the shop's own user ids", async () => {
  const db = await miniflare.getD1Database("FROM_0");
  expect(await readExport(db, "e")).toMatchObject({
    trigger: "api",
    params: { asOf: null, csv: false, userIds: "raw" },
    asOf: null,
  });
});

it("writes two rows for a new user, the key being the table: the user, and that there was none before", async () => {
  const db = await miniflare.getD1Database("FROM_0");
  const { meta } = await db.prepare("INSERT INTO users VALUES ('3', NULL, '{}', 'ff', 1, NULL)").run();
  expect(meta.rows_written).toBe(2);
});
