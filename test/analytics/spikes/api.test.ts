import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { HOUR_MILLISECONDS, WEEK_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { writeLastLook } from "../../../platform/d1/analytics/spike-look-store.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";

const NOW = Date.now();
const HOUR = NOW - (NOW % HOUR_MILLISECONDS);
const SUMS = "views, carts, removals, purchases, quantity, revenue";
const COLUMNS =
  "id,scope,subject,name,line,signal,started_at,seen_at,ended_at,hour,observed,expected,ratio,p_value,peak_ratio,peak_hour";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  const { DB: db } = runtime.env;
  const insert =
    `INSERT INTO spikes (scope, subject, signal, started_at, seen_at, ended_at, hour, observed, expected, p_value, peak_ratio, peak_hour)
     VALUES (?, ?, ?, ?2, ?2, ?, ?, 45, 15, ?, ?, ?)`.replaceAll("?2", String(HOUR));
  await db.batch([
    db.prepare(
      `INSERT INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run)
         VALUES ('vase', 'Blue vase', 'Vases', 10, 0, '{}', '{}', '', 1)`,
    ),
    db.prepare(insert).bind("item", "vase", "sales", HOUR + 60_000, HOUR, 1e-9, 3.5, HOUR),
    db.prepare(insert).bind("line", "Vases", "interest", null, HOUR, 1e-12, 3, HOUR),
    db.prepare(insert).bind("item", "vase", "interest", null, HOUR, 1e-6, 3, HOUR),
    ...[0, 1, 2, 3].flatMap((week) => {
      const hour = HOUR - HOUR_MILLISECONDS - week * WEEK_MILLISECONDS;
      const views = week === 0 ? 45 : 15;
      return [
        db
          .prepare(
            `INSERT INTO hourly_items (hour, grain, country, currency, item_id, ${SUMS}) VALUES (?, 'hour', '', '', 'vase', ?, 0, 0, 0, 0, 0)`,
          )
          .bind(hour, views),
        db
          .prepare(
            `INSERT INTO hourly_lines (hour, grain, currency, line, ${SUMS}) VALUES (?, 'hour', '', 'Vases', ?, 0, 0, 0, 0, 0)`,
          )
          .bind(hour, views),
      ];
    }),
  ]);
  await writeLastLook(db, { lookedAt: HOUR, itemsCountedAt: HOUR, itemsByLine: { Vases: 1 } });
});
afterAll(() => runtime.close());

const iso = (time: number): string => new Date(time).toISOString();
const spikes = (query: string) => runtime.call(`/v1/analytics/spikes${query}`);

describe("GET /v1/analytics/spikes", () => {
  it("lists those of a line and of the items in it", async () => {
    const of = async (line: string): Promise<string[]> =>
      (await spikes(`?line=${line}`)).body.data.map(({ line: its }: { line: string }) => its);
    const lines = await of("Vases");
    expect(lines.length).toBeGreaterThan(1);
    expect(new Set(lines)).toEqual(new Set(["Vases"]));
    expect(await of("Ships")).toEqual([]);
  });

  it("lists spikes, newest first, and says when the last look was", async () => {
    const { status, body, headers } = await spikes("");
    expect(status).toBe(200);
    expect(body).toMatchObject({ next_cursor: null, as_of: new Date(HOUR).toISOString() });
    expect(body.freshness_seconds).toBeGreaterThanOrEqual(0);
    expect(headers.get("cache-control")).toBe("private, max-age=5");
    expect(body.data).toMatchObject([
      { scope: "item", subject: "vase", name: "Blue vase", line: "Vases", signal: "interest", ended_at: null },
      { scope: "line", subject: "Vases", name: "Vases", line: "Vases", observed: 45, expected: 15, ratio: 3 },
      { signal: "sales", peak_ratio: 3.5, p_value: 1e-9, ended_at: new Date(HOUR + 60_000).toISOString() },
    ]);
  });

  it("lists what lasted in a range of time: what began before its end, and was not over before it", async () => {
    const [began, ended] = [HOUR - 10 * HOUR_MILLISECONDS, HOUR - 5 * HOUR_MILLISECONDS];
    await runtime.env.DB.prepare(
      `INSERT INTO spikes (id, scope, subject, signal, started_at, seen_at, ended_at, hour, observed, expected, p_value, peak_ratio, peak_hour)
       VALUES (900, 'item', 'old', 'sales', ?1, ?1, ?2, ?1, 9, 3, 0, 3, ?1)`,
    )
      .bind(began, ended)
      .run();
    const between = async (from: number, to: number): Promise<unknown[]> => {
      const range = `?from=${iso(HOUR + from * HOUR_MILLISECONDS)}&to=${iso(HOUR + to * HOUR_MILLISECONDS)}`;
      return (await spikes(range)).body.data.map(({ subject }: { subject: string }) => subject);
    };
    expect(await between(-12, -10)).toEqual([]);
    expect(await between(-12, -9)).toEqual(["old"]);
    expect(await between(-8, -7)).toEqual(["old"]);
    expect(await between(-4, 0)).toEqual([]);
    expect((await spikes("?period=48h")).body).toMatchObject({ data: { length: 4 }, timezone: "UTC" });
    expect((await spikes(`?period=24h&from=${iso(HOUR)}`)).body.error.code).toBe("invalid_request");
    await runtime.env.DB.prepare("DELETE FROM spikes WHERE id = 900").run();
  });

  it("without a range it is of the last 24 hours, with what began before and goes on", async () => {
    const insert = `INSERT INTO spikes (id, scope, subject, signal, started_at, seen_at, ended_at, hour, observed, expected, p_value, peak_ratio, peak_hour)
      VALUES (?1, 'item', ?4, 'sales', ?2, ?2, ?3, ?2, 9, 3, 0, 3, ?2)`;
    const before = (hours: number): number => Date.now() - hours * HOUR_MILLISECONDS;
    await runtime.env.DB.batch([
      runtime.env.DB.prepare(insert).bind(901, before(60), before(30), "vase-901"),
      runtime.env.DB.prepare(insert).bind(902, before(60), before(20), "vase-902"),
      runtime.env.DB.prepare(insert).bind(903, before(60), null, "vase-903"),
    ]);
    const { body } = await spikes("?subject=vase-901");
    expect(body.data).toEqual([]);
    const hours = (Date.parse(body.to) - Date.parse(body.from)) / HOUR_MILLISECONDS;
    expect([hours > 23, hours <= 24]).toEqual([true, true]);
    expect((await spikes("?subject=vase-902")).body.data).toHaveLength(1);
    expect((await spikes("?subject=vase-903")).body.data).toHaveLength(1);
    expect((await spikes("?subject=vase-901&period=7d")).body.data).toHaveLength(1);
    await runtime.env.DB.prepare("DELETE FROM spikes WHERE id > 900").run();
  });

  it("with `top` the most unlikely come first, and the list whole", async () => {
    const { body } = await spikes("?top=2&limit=1");
    expect(body.next_cursor).toBeNull();
    expect(body.data.map(({ p_value }: { p_value: number }) => p_value)).toEqual([1e-12, 1e-9]);
  });

  it("with `group_by` it counts: the groups with the most first", async () => {
    const { body } = await spikes("?group_by=signal,line");
    expect(body).toMatchObject({ group_by: ["line", "signal"], next_cursor: null });
    expect(body.data).toEqual([
      { line: "Vases", signal: "interest", spikes: 2, open: 2, peak_ratio: 3 },
      { line: "Vases", signal: "sales", spikes: 1, open: 0, peak_ratio: 3.5 },
    ]);
    expect((await spikes("?group_by=signal&top=1")).body.data).toHaveLength(1);
    expect((await spikes("?group_by=scope&format=csv")).body).toBe(
      "scope,spikes,open,peak_ratio\r\nitem,2,1,3.5\r\nline,1,1,3\r\n",
    );
  });

  it.each([
    ["?open=true", 2],
    ["?open=false", 1],
    ["?scope=item", 2],
    ["?signal=interest", 2],
    ["?subject=Vases", 1],
    ["?scope=item&signal=sales&open=true", 0],
  ])("lists only what is asked for: %s", async (query, count) => {
    expect((await spikes(query)).body.data).toHaveLength(count);
  });

  it("comes page by page, as a table too", async () => {
    const first = await spikes("?limit=2");
    expect(first.body.data).toHaveLength(2);
    const second = await spikes(`?limit=2&cursor=${first.body.next_cursor}&format=csv`);
    expect(second.headers.get("x-as-of")).toBe(new Date(HOUR).toISOString());
    const [header, row] = second.body.split("\r\n");
    expect(header).toBe(COLUMNS);
    expect(row).toContain("item,vase,Blue vase,Vases,sales,");
    expect((await spikes("?limit=2&format=csv")).headers.get("link")).toContain(`cursor=${first.body.next_cursor}`);
  });

  it.each([
    ["?open=yes", "invalid_request"],
    ["?scope=shop", "invalid_request"],
    ["?cursor=x", "invalid_cursor"],
    ["?top=5&cursor=3", "invalid_request"],
    ["?top=0", "invalid_request"],
    ["?group_by=item", "invalid_request"],
    ["?since=1", "unknown_field"],
  ])("refuses %s as %s", async (query, code) => {
    const { status, body } = await spikes(query);
    expect([status, body.error.code]).toEqual([400, code]);
  });

  it("is for who may look at figures", async () => {
    expect((await runtime.call("/v1/analytics/spikes", { key: null })).status).toBe(401);
  });
});

describe("GET /v1/analytics/spikes/:id/series", () => {
  it.each(["item", "line"])("says hour by hour what was counted and what was expected of an %s", async (scope) => {
    const [spike] = (await spikes(`?scope=${scope}&open=true`)).body.data;
    const { status, body } = await spikes(`/${spike.id}/series?hours=24`);
    expect(status).toBe(200);
    expect(body.data).toHaveLength(24);
    const [now, last, before] = body.data.toReversed();
    expect(now.time).toBe(new Date(HOUR).toISOString());
    expect(last).toMatchObject({ time: new Date(HOUR - HOUR_MILLISECONDS).toISOString(), observed: 45 });
    expect(last.expected).toBeCloseTo(15, 0);
    expect(before).toMatchObject({ observed: 0, expected: null });
  });

  it.each([
    ["/999/series", 404, "not_found"],
    ["/first/series", 404, "not_found"],
    ["/1/series?hours=23", 400, "invalid_request"],
  ])("refuses %s", async (path, status, code) => {
    const answer = await spikes(path);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });
});
