import { afterAll, beforeAll, expect, it } from "vitest";

import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { catalogueItem, insertCounters, insertRows } from "./counters.ts";

const DAY_OF_SPRING = "from=2026-03-28&to=2026-03-30";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  await insertRows(runtime, "items", [catalogueItem("bark", "Ships"), catalogueItem("=car", "Cars")]);
  const bark = { item_id: "bark", views: 5, purchases: 2, quantity: 3, revenue: 30.3 };
  const car = { item_id: "=car", purchases: 1, quantity: 1, revenue: 100, country: "FR" };
  await insertCounters(runtime, "hourly_items", [
    // Around the night in which Amsterdam's clocks go forward: its 29 March is from 23:00 to 22:00 UTC.
    { at: "2026-03-28T22:00:00Z", ...bark },
    { at: "2026-03-28T23:00:00Z", ...bark, revenue: 0.1 },
    { at: "2026-03-29T01:00:00Z", ...bark, revenue: 0.2, country: "NL" },
    { at: "2026-03-29T21:00:00Z", ...car },
    { at: "2026-03-29T22:00:00Z", ...car, revenue: 7 },
    { at: "2026-03-29T12:00:00Z", ...car, currency: "EUR", revenue: 50 },
    { at: "2026-03-29T00:00:00Z", grain: "day", ...car, revenue: 1_000 },
    { at: "2026-03-29T00:00:00Z", grain: "day", item_id: "", views: 9 },
  ]);
  const line = { line: "Ships", purchases: 2, quantity: 3 };
  await insertCounters(runtime, "hourly_lines", [
    { at: "2026-03-28T22:00:00Z", ...line, revenue: 30.3 },
    { at: "2026-03-28T23:00:00Z", ...line, revenue: 0.1 },
    { at: "2026-03-29T01:00:00Z", ...line, revenue: 0.2, country: "NL" },
    { at: "2026-03-29T21:00:00Z", ...line, line: "Cars", revenue: 100, country: "FR" },
    { at: "2026-03-29T22:00:00Z", ...line, line: "Cars", revenue: 7, country: "FR" },
    { at: "2026-03-29T12:00:00Z", ...line, line: "Cars", currency: "EUR", revenue: 50, country: "FR" },
    { at: "2026-03-29T00:00:00Z", grain: "day", ...line, line: "Cars", revenue: 1_000, country: "FR" },
    // Sold and taken back within the hour: there is nothing.
    { at: "2026-03-29T15:00:00Z", line: "Trains" },
  ]);
  await insertCounters(runtime, "hourly_orders", [
    { at: "2026-03-28T23:00:00Z", orders: 2 },
    { at: "2026-03-29T21:00:00Z", orders: 1, country: "FR" },
    { at: "2026-03-29T12:00:00Z", orders: 4, currency: "EUR", country: "FR" },
    { at: "2026-03-29T00:00:00Z", grain: "day", orders: 8, country: "FR" },
  ]);
});
afterAll(() => runtime.close());

interface Answer {
  readonly data: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
  readonly group_by: readonly string[];
}

async function ask(question: string): Promise<Answer> {
  const { status, body } = await runtime.call(`/v1/analytics/${question}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function cells(question: string, ...columns: string[]): Promise<unknown[][]> {
  const { data } = await ask(question);
  return data.map((row) => columns.map((column) => row[column]));
}

it("adds a day up where it begins and ends in the asked zone, every day of the range, and no two currencies", async () => {
  const body = await ask(`sales?${DAY_OF_SPRING}&interval=day&timezone=Europe/Amsterdam`);
  expect(body).toMatchObject({
    next_cursor: null,
    from: "2026-03-27T23:00:00.000Z",
    to: "2026-03-30T22:00:00.000Z",
    timezone: "Europe/Amsterdam",
    interval: "day",
    group_by: [],
    currency: "USD",
    orders_as_of: null,
  });
  const row = { grain: "day", currency: "USD" };
  expect(body.data).toEqual([
    { time: "2026-03-27T23:00:00.000Z", ...row, orders: 0, order_items: 2, units: 3, revenue: 30.3 },
    { time: "2026-03-28T23:00:00.000Z", ...row, orders: 11, order_items: 8, units: 12, revenue: 1_100.3 },
    { time: "2026-03-28T23:00:00.000Z", ...row, currency: "EUR", orders: 4, order_items: 2, units: 3, revenue: 50 },
    { time: "2026-03-29T22:00:00.000Z", ...row, orders: 0, order_items: 2, units: 3, revenue: 7 },
  ]);
});

it("adds the same hours up to other days elsewhere", async () => {
  const revenue = (zone: string) =>
    cells(`sales?${DAY_OF_SPRING}&interval=day&timezone=${zone}`, "time", "currency", "revenue");
  expect(await revenue("America/New_York")).toEqual([
    ["2026-03-28T04:00:00.000Z", "USD", 30.6],
    ["2026-03-29T04:00:00.000Z", "USD", 1_107],
    ["2026-03-29T04:00:00.000Z", "EUR", 50],
    ["2026-03-30T04:00:00.000Z", "USD", 0],
  ]);
  // 22:30 UTC would be 4:00 there: no counter lies across a midnight, which is in the hour of 18.
  expect(await revenue("Asia/Kolkata")).toEqual([
    ["2026-03-27T18:30:00.000Z", "USD", 0],
    ["2026-03-28T18:30:00.000Z", "USD", 1_030.6],
    ["2026-03-28T18:30:00.000Z", "EUR", 50],
    ["2026-03-29T18:30:00.000Z", "USD", 107],
  ]);
});

it("has what is known by the day only as a row of its own among hours", async () => {
  const rows = await cells(`sales?from=2026-03-29&to=2026-03-29&timezone=Europe/Amsterdam`, "time", "grain", "revenue");
  expect(rows).toHaveLength(23 + 2);
  expect(rows[0]).toEqual(["2026-03-28T23:00:00.000Z", "day", 1_000]);
  expect(rows[1]).toEqual(["2026-03-28T23:00:00.000Z", "hour", 0.1]);
  expect(rows[2]).toEqual(["2026-03-29T00:00:00.000Z", "hour", 0]);
  expect(rows.at(-1)).toEqual(["2026-03-29T21:00:00.000Z", "hour", 100]);
});

it("leaves such a day out of a range that begins within it", async () => {
  const total = (from: string) =>
    cells(`sales?from=${from}&to=2026-03-29T23:30:00Z&interval=total`, "currency", "revenue");
  expect(await total("2026-03-29T00:00:00Z")).toEqual([
    ["USD", 1_107.2],
    ["EUR", 50],
  ]);
  expect(await total("2026-03-29T01:00:00Z")).toEqual([
    ["USD", 107.2],
    ["EUR", 50],
  ]);
});

it("adds weeks up from the zone's Monday, and a whole range to one row", async () => {
  const range = "from=2026-03-23&to=2026-04-05&timezone=Europe/Amsterdam";
  expect(await cells(`sales?${range}&interval=week`, "time", "grain", "currency", "revenue")).toEqual([
    ["2026-03-22T23:00:00.000Z", "week", "USD", 1_130.6],
    ["2026-03-22T23:00:00.000Z", "week", "EUR", 50],
    ["2026-03-29T22:00:00.000Z", "week", "USD", 7],
  ]);
  expect(await cells(`sales?${range}&interval=total`, "time", "grain", "revenue")).toEqual([
    ["2026-03-22T23:00:00.000Z", "total", 1_137.6],
    ["2026-03-22T23:00:00.000Z", "total", 50],
  ]);
});

it("groups by line and by country, and says of orders only what it can", async () => {
  const range = `${DAY_OF_SPRING}&interval=total`;
  expect(await cells(`sales?${range}&group_by=line`, "line", "currency", "orders", "revenue")).toEqual([
    ["Cars", "USD", null, 1_107],
    ["Cars", "EUR", null, 50],
    ["Ships", "USD", null, 30.6],
  ]);
  expect(await cells(`sales?${range}&group_by=country`, "country", "currency", "orders", "revenue")).toEqual([
    ["", "USD", 2, 30.4],
    ["FR", "USD", 9, 1_107],
    ["FR", "EUR", 4, 50],
    ["NL", "USD", 0, 0.2],
  ]);
});

it("groups by item, with its name, and its line as it is now", async () => {
  const { data, group_by } = await ask(`sales?${DAY_OF_SPRING}&interval=total&group_by=line,item`);
  expect(group_by).toEqual(["item", "line"]);
  const whole = { time: "2026-03-28T00:00:00.000Z", grain: "total", orders: null };
  expect(data).toEqual([
    {
      ...whole,
      item_id: "=car",
      name: "The =car",
      line: "Cars",
      currency: "USD",
      order_items: 3,
      units: 3,
      revenue: 1_107,
    },
    {
      ...whole,
      item_id: "=car",
      name: "The =car",
      line: "Cars",
      currency: "EUR",
      order_items: 1,
      units: 1,
      revenue: 50,
    },
    {
      ...whole,
      item_id: "bark",
      name: "The bark",
      line: "Ships",
      currency: "USD",
      order_items: 6,
      units: 9,
      revenue: 30.6,
    },
  ]);
});

it.each([
  ["item=bark", [30.6]],
  ["item=nothing", [0]],
  ["line=Ships", [30.6]],
  ["country=NL", [0.2]],
  ["country=", [30.4]],
  ["item=bark&country=NL", [0.2]],
  ["item=bark&line=Cars", [0]],
  ["item=%3Dcar&line=Cars&country=FR", [1_107, 50]],
  ["group_by=item&line=Ships", [30.6]],
  ["item=bark&group_by=line", [30.6]],
])("keeps to %s", async (filter, revenues) => {
  expect(await cells(`sales?${DAY_OF_SPRING}&interval=total&${filter}`, "revenue")).toEqual(
    revenues.map((one) => [one]),
  );
});

it("keeps to what nobody knows the line of", async () => {
  const sold = { at: "2026-05-01T10:00:00Z", purchases: 1, quantity: 1 };
  await insertCounters(runtime, "hourly_items", [
    { ...sold, item_id: "nowhere", revenue: 8 },
    { ...sold, item_id: "bark", revenue: 9 },
  ]);
  const question = "from=2026-05-01&to=2026-05-02&interval=total&group_by=item&line=";
  expect(await cells(`sales?${question}`, "item_id", "revenue")).toEqual([["nowhere", 8]]);
  expect(await cells("movers?from=2026-05-01&to=2026-05-02&line=", "item_id", "revenue")).toEqual([["nowhere", 8]]);
});

it("keeps to the groups with the most in the shop's currency over the whole range, the most first", async () => {
  const range = `${DAY_OF_SPRING}&group_by=item`;
  expect(await cells(`sales?${range}&interval=total&top=2`, "item_id", "revenue")).toEqual([
    ["=car", 1_107],
    ["=car", 50],
    ["bark", 30.6],
  ]);
  expect(await cells(`sales?${range}&interval=total&top=1`, "item_id", "revenue")).toEqual([
    ["=car", 1_107],
    ["=car", 50],
  ]);
  expect(await cells(`sales?${range}&interval=day&top=1`, "time", "item_id", "revenue")).toEqual([
    ["2026-03-29T00:00:00.000Z", "=car", 1_107],
    ["2026-03-29T00:00:00.000Z", "=car", 50],
  ]);
  expect(await cells(`sales?${DAY_OF_SPRING}&group_by=line,country&interval=day&top=1`, "line", "country")).toEqual([
    ["Cars", "FR"],
    ["Cars", "FR"],
  ]);
});

it("takes no other money for more of the shop's", async () => {
  const at = "2026-02-01T10:00:00Z";
  await insertCounters(runtime, "hourly_items", [
    { at, item_id: "dear", purchases: 1, revenue: 10 },
    { at, item_id: "yen", purchases: 1, revenue: 9_000, currency: "JPY" },
  ]);
  const question = "sales?from=2026-02-01&to=2026-02-01&group_by=item&interval=total";
  expect(await cells(`${question}&top=1`, "item_id")).toEqual([["dear"]]);
  expect(await cells(`${question}&top=2`, "item_id", "currency")).toEqual([
    ["dear", "USD"],
    ["yen", "JPY"],
  ]);
});

it("says what was looked at, item by item, and the tail of a rolled-up day without a name", async () => {
  expect(
    await cells(`interest?${DAY_OF_SPRING}&interval=total&group_by=item`, "item_id", "name", "views", "order_items"),
  ).toEqual([
    ["", null, 9, 0],
    ["=car", "The =car", 0, 4],
    ["bark", "The bark", 15, 6],
  ]);
  expect(await cells(`interest?${DAY_OF_SPRING}&interval=total&group_by=item&top=1`, "item_id")).toEqual([["bark"]]);
});

it.each([
  ["sales", "&interval=hour&timezone=Europe/Amsterdam"],
  ["sales", "&interval=day&group_by=item,country"],
  ["sales", "&interval=day&group_by=item&top=2"],
  ["sales", "&interval=total&group_by=item&top=2"],
  ["sales", "&interval=hour&group_by=line"],
  ["interest", "&interval=hour&group_by=item"],
])("hands %s%s out page by page, each row once and in the same order", async (report, rest) => {
  const question = `${report}?${DAY_OF_SPRING}${rest}`;
  const { data } = await ask(question);
  const rows: unknown[] = [];
  let cursor: string | null = null;
  do {
    const page: Answer = await ask(`${question}&limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
    expect(page.data.length).toBeLessThanOrEqual(2);
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(rows.length).toBeGreaterThan(2);
  expect(rows).toEqual(data);
});

it.each(["Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"])(
  "hands out every row of hours and of days where midnight is within an hour: %s",
  async (timezone) => {
    const items = ["half-a", "half-b", "half-c"];
    const day = { grain: "day" as const, purchases: 1, quantity: 1, revenue: 10 };
    await insertCounters(
      runtime,
      "hourly_items",
      items.flatMap((item_id) => [
        ...["2026-02-11T00:00:00Z", "2026-02-12T00:00:00Z"].map((at) => ({ at, item_id, ...day })),
        ...["10T18", "10T19", "11T03", "11T18"].map((hour) => ({
          ...day,
          at: `2026-02-${hour}:00:00Z`,
          item_id,
          grain: "hour" as const,
        })),
      ]),
    );
    const question = `sales?from=2026-02-10T12:00:00Z&to=2026-02-12T12:00:00Z&interval=hour&timezone=${timezone}`;
    const { data } = await ask(`${question}&group_by=item`);
    expect(data.filter(({ grain }) => grain === "day")).toHaveLength(6);
    for (const limit of [1, 2, 4]) {
      const rows: unknown[] = [];
      let cursor: string | null = null;
      do {
        const page: Answer = await ask(
          `${question}&group_by=item&limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`,
        );
        rows.push(...page.data);
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(rows).toEqual(data);
    }
    // Of the three tries each finds what it wrote.
    await runtime.env.DB.prepare("DELETE FROM hourly_items WHERE item_id LIKE 'half-%'").run();
  },
);

it("refuses a cursor that another question's answer gave, and says so", async () => {
  const { next_cursor: cursor } = await ask(`sales?${DAY_OF_SPRING}&interval=hour&group_by=line&limit=1`);
  for (const other of ["group_by=country&period=7d", "group_by=line&interval=hour&line=Cars", "group_by=line"]) {
    const { status, body } = await runtime.call(`/v1/analytics/sales?${other}&cursor=${cursor}`);
    expect([status, body.error.code]).toEqual([400, "invalid_cursor"]);
    expect(body.error.message).toContain("another question");
  }
});

it("refuses a parameter that is there twice", async () => {
  const { status, body } = await runtime.call("/v1/analytics/sales?line=A&line=B");
  expect([status, body.error.code, body.error.message]).toEqual([
    400,
    "invalid_request",
    "`line` is there twice: send it once.",
  ]);
});

it("has no row for an hour in which an item's line sold nothing", async () => {
  const { data } = await ask(`sales?${DAY_OF_SPRING}&interval=hour&group_by=line&item=bark`);
  expect(data.length).toBeGreaterThan(0);
  expect(data.filter((row) => row["order_items"] === 0)).toEqual([]);
});

it.each(["day", "total"])("refuses a next page by the %s once others are among the most", async (interval) => {
  const at = interval === "day" ? "2026-02-03T10:00:00Z" : "2026-02-05T10:00:00Z";
  const sold = (item_id: string, hours: number, revenue: number) => ({
    at: new Date(Date.parse(at) + hours * 3_600_000).toISOString(),
    item_id,
    purchases: 1,
    quantity: 1,
    revenue,
  });
  await insertCounters(runtime, "hourly_items", [sold("first", 0, 30), sold("second", 0, 20), sold("third", 0, 10)]);
  const date = at.slice(0, 10);
  const question = `sales?from=${date}&to=${date}&group_by=item&interval=${interval}&top=2&limit=1`;
  const { next_cursor: cursor } = await ask(question);
  await insertCounters(runtime, "hourly_items", [sold("first", 1, 1)]);
  expect((await ask(`${question}&cursor=${cursor}`)).data).toMatchObject([{ item_id: "second" }]);
  await insertCounters(runtime, "hourly_items", [sold("third", 1, 15)]);
  // The same question would be answered as a moment ago.
  const { status, body } = await runtime.call(
    `/v1/analytics/${question.replace("limit=1", "limit=2")}&cursor=${cursor}`,
  );
  expect([status, body.error.code]).toEqual([400, "invalid_cursor"]);
  expect(body.error.message).toContain("Begin again without `cursor`.");
});

it("is a table where one is asked for, with the next page in its link", async () => {
  const question = `/v1/analytics/sales?${DAY_OF_SPRING}&interval=total&group_by=item&limit=2`;
  const { status, body, headers } = await runtime.call(question, { headers: { accept: "text/csv" } });
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(headers.get("content-disposition")).toBe('attachment; filename="sales-2026-03-28-2026-03-31-by-item.csv"');
  expect(Date.parse(headers.get("x-as-of") ?? "")).toBeLessThanOrEqual(Date.now());
  expect(headers.get("x-orders-as-of")).toBeNull();
  expect(String(body).split("\r\n")).toEqual([
    "time,grain,item_id,name,currency,orders,order_items,units,revenue",
    "2026-03-28T00:00:00.000Z,total,'=car,The =car,USD,,3,3,1107",
    "2026-03-28T00:00:00.000Z,total,'=car,The =car,EUR,,1,1,50",
    "",
  ]);
  const next = /^<http:\/\/endcap\.test([^>]+)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1] ?? "";
  const second = await runtime.call(`${next}&format=csv`);
  expect(String(second.body)).toContain("bark,The bark,USD,,6,9,30.6\r\n");
  expect(second.headers.get("link")).toBeNull();
  expect((await runtime.call(`${question}&format=json`, { headers: { accept: "text/csv" } })).body.data).toHaveLength(
    2,
  );
});
