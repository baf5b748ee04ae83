import {
  COUNTRIES,
  CURRENCY,
  hoursBetween,
  ITEMS,
  LINES,
  noise,
  ordersOf,
  revenueOf,
  round,
  shares,
  TIMEZONE,
} from "./shop-figures.ts";
import { pipelineAnswers } from "./pipeline-answers.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** The first Monday since 1970. */
const MONDAY = 4 * DAY;
const SHOPPER_WEEKS = 13;
const FRESHNESS_SECONDS = 9;
const PERIOD_HOURS: Readonly<Record<string, number>> = { "24h": 24, "7d": 168, "14d": 336, "28d": 672, "90d": 2_160 };

/** What answers a report: the body for its parameters. */
export type Answer = (params: URLSearchParams) => object;
export type Answers = Readonly<Record<string, Answer>>;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly interval: string;
  readonly timezone: string;
}

function dateIn(timezone: string, time: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: timezone }).format(time);
}

/** The beginning of a moment's day in a time zone. */
function dayOf(timezone: string, time: number): number {
  const date = dateIn(timezone, time);
  let hour = Math.floor(time / HOUR) * HOUR;
  while (dateIn(timezone, hour - HOUR) === date) hour -= HOUR;
  return hour;
}

function rangeOf(params: URLSearchParams, now: number, interval: string): Range {
  const timezone = params.get("timezone") ?? TIMEZONE;
  const chosen = { interval: params.get("interval") ?? interval, timezone };
  const from = params.get("from");
  if (from !== null) {
    return { from: Date.parse(from), to: Math.min(now, Date.parse(params.get("to") ?? "")), ...chosen };
  }
  const period = params.get("period") ?? "24h";
  const hours = PERIOD_HOURS[period] ?? 24;
  const begin = period.endsWith("h")
    ? Math.floor(now / HOUR) * HOUR - (hours - 1) * HOUR
    : dayOf(timezone, now - (hours - 24) * HOUR);
  return { from: begin, to: now, ...chosen };
}

function bucketOf(range: Range, hour: number): number {
  if (range.interval === "hour") return hour;
  return range.interval === "total" ? range.from : dayOf(range.timezone, hour);
}

function envelope(range: Range, groupBy: readonly string[], now: number, data: readonly object[]): object {
  return {
    data,
    next_cursor: null,
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    timezone: range.timezone,
    interval: range.interval,
    group_by: groupBy,
    currency: CURRENCY,
    as_of: new Date(now - FRESHNESS_SECONDS * 1_000).toISOString(),
    freshness_seconds: FRESHNESS_SECONDS,
    orders_as_of: new Date(now - 4 * 60_000).toISOString(),
  };
}

function groupsOf(groupBy: string): readonly (readonly [string, number])[] {
  if (groupBy === "line") return LINES;
  return groupBy === "country" ? COUNTRIES : [["", 1]];
}

function sales(params: URLSearchParams, now: number): object {
  const range = rangeOf(params, now, "hour");
  const groupBy = params.get("group_by") ?? "";
  const top = Number(params.get("top") ?? Infinity);
  const data = groupsOf(groupBy)
    .slice(0, top)
    .flatMap(([name, share], place) => {
      const byBucket = Map.groupBy(hoursBetween(range.from, range.to), (hour) => bucketOf(range, hour));
      return [...byBucket].map(([time, hours]) => {
        const factor = (hour: number): number => share * (groupBy === "" ? 1 : 0.7 + 0.6 * noise(hour / HOUR, place));
        const orders = hours.reduce((sum, hour) => sum + ordersOf(hour), 0);
        return {
          time: new Date(time).toISOString(),
          grain: range.interval,
          ...(groupBy === "" ? {} : { [groupBy]: name }),
          currency: CURRENCY,
          orders: groupBy === "line" ? null : Math.round(orders * share),
          order_items: Math.round(orders * share * 1.7),
          units: Math.round(orders * share * 2.3),
          revenue: round(hours.reduce((sum, hour) => sum + revenueOf(hour) * factor(hour), 0)),
        };
      });
    });
  const foreign =
    groupBy === "" && range.interval === "day"
      ? [{ ...data[0], currency: "CHF", orders: 3, order_items: 4, units: 5, revenue: 412.5 }]
      : [];
  return envelope(range, groupBy === "" ? [] : [groupBy], now, [...data, ...foreign]);
}

function interest(params: URLSearchParams, now: number): object {
  const range = rangeOf(params, now, "hour");
  const orders = hoursBetween(range.from, range.to).reduce((sum, hour) => sum + ordersOf(hour), 0);
  const row = {
    time: new Date(range.from).toISOString(),
    grain: "total",
    views: orders * 37,
    carts: orders * 4,
    removals: orders,
    order_items: Math.round(orders * 1.7),
  };
  return envelope(range, [], now, [row]);
}

function movers(params: URLSearchParams, now: number): object {
  const range = rangeOf(params, now, "total");
  const hours = (range.to - range.from) / HOUR;
  const data = ITEMS.map(([item_id, name, line], place) => {
    const before = round(hours * (4 + 9 * noise(place, 3)));
    const revenue = round(before * (0.4 + 1.5 * noise(place, 5)));
    const change = round(revenue - before);
    return {
      item_id,
      name,
      line,
      revenue,
      revenue_before: before,
      units: Math.round(revenue / 80),
      units_before: Math.round(before / 80),
      change,
      currency: CURRENCY,
    };
  }).sort((one, other) => Math.abs(other.change) - Math.abs(one.change));
  return envelope(range, ["item"], now, data.slice(0, Number(params.get("top") ?? 20)));
}

function stockRisk(params: URLSearchParams, now: number): object {
  const data = ITEMS.slice(0, 8).map(([item_id, name, line], place) => {
    const pace = round(1 + 7 * noise(place, 11));
    const stock = Math.round(pace * (2 + place * 4.5));
    return {
      item_id,
      name,
      line,
      stock,
      units_per_day: pace,
      days_left: round(stock / pace),
      revenue_per_day: round(pace * 84),
    };
  });
  return envelope(rangeOf(params, now, "total"), [], now, data);
}

function shoppers(params: URLSearchParams, now: number): object {
  const monday = Math.floor((now - MONDAY) / WEEK) * WEEK + MONDAY;
  const data = Array.from({ length: SHOPPER_WEEKS }, (_, place) => {
    const week = monday - (SHOPPER_WEEKS - 1 - place) * WEEK;
    const part = Math.min(1, (now - week) / WEEK);
    const seen = (mean: number, seed: number): number => Math.round(part * mean * (0.8 + 0.4 * noise(place, seed)));
    const buyers = seen(640 + 12 * place, 6);
    const repeat_buyers = Math.round(buyers * (0.24 + 0.006 * place));
    return {
      week: new Date(week).toISOString(),
      new_users: seen(310, 1),
      returning_users: seen(920 + 25 * place, 2),
      new_clients: seen(4_100, 3),
      returning_clients: seen(2_300 + 60 * place, 4),
      buyers,
      repeat_buyers,
      repeat_rate: repeat_buyers / buyers,
    };
  });
  return { ...envelope(rangeOf(params, now, "week"), [], now, data), from: data[0]?.week };
}

const PLACEMENTS = [
  ["home", "profile", 1, 0.061],
  ["home", "trending", 0.8, 0.034],
  ["product", "similar", 0.9, 0.072],
  ["product", "together", 0.5, 0.055],
  ["cart", "together", 0.24, 0.083],
  ["home", "popular", 0.3, 0.021],
] as const;
const MODELS = [
  ["m-2026-11-16", 0.83, 1.08],
  ["m-2026-11-02", 0.17, 0.94],
] as const;

function doings(impressions: number, clickRate: number) {
  const clicks = Math.round(impressions * clickRate);
  const carts = Math.round(clicks * 0.21);
  const purchases = Math.round(clicks * 0.093);
  return {
    served: Math.round(impressions * 1.42),
    impressions,
    clicks,
    carts,
    purchases,
    units: Math.round(purchases * 1.2),
    revenue: round(purchases * 91.3),
    revenue_other: {},
    ...shares("click_through", clicks, impressions),
    ...shares("cart_rate", carts, impressions),
    ...shares("conversion", purchases, impressions),
  };
}

function recommendations(params: URLSearchParams, now: number): object {
  const range = rangeOf(params, now, "total");
  const groupBy = params.get("group_by") ?? "placement,strategy";
  const byBucket = Map.groupBy(hoursBetween(range.from, range.to), (hour) => bucketOf(range, hour));
  const data = [...byBucket].flatMap(([time, hours]): object[] => {
    const base = hours.reduce((sum, hour) => sum + ordersOf(hour) * 46, 0);
    const start = { time: new Date(time).toISOString(), grain: range.interval };
    if (groupBy === "model") {
      return MODELS.map(([model, share, factor]) => ({
        ...start,
        model,
        ...doings(Math.round(base * 2.4 * share), 0.055 * factor),
      }));
    }
    if (groupBy === "placement") {
      const placements = Map.groupBy(PLACEMENTS, ([placement]) => placement);
      return [...placements].map(([placement, rows]) => {
        const part = rows.reduce((sum, [, , share]) => sum + share, 0);
        return {
          ...start,
          placement,
          ...doings(Math.round(base * part * (0.8 + 0.4 * noise(time / HOUR, rows.length))), 0.056),
        };
      });
    }
    return PLACEMENTS.map(([placement, strategy, share, clickRate]) => ({
      ...start,
      placement,
      strategy,
      ...doings(Math.round(base * share), clickRate),
    }));
  });
  return envelope(range, groupBy.split(","), now, data);
}

function models(now: number): object {
  const side = (items: number, milliseconds: number) => ({
    scores: { mean: 0.8, min: 0.1, max: 1.9, from: [0, 1], counts: [10, 20] },
    milliseconds: { mean: milliseconds, from: [0, 1], counts: [10, 20] },
    items,
  });
  const shadow = {
    version: "m-2026-11-20",
    share: 0.1,
    comparisons: [
      {
        active_version: "m-2026-11-16",
        from: new Date(now - 26 * HOUR).toISOString(),
        to: new Date(now).toISOString(),
        hours: 26,
        answers: {
          sampled: 4_180,
          compared: 3_902,
          dropped: 141,
          degraded: 52,
          failed: 3,
          late: 9,
          active_empty: 0,
          shadow_empty: 0,
          impersonal: 73,
        },
        overlap: {
          at: 10,
          mean: 0.62,
          interval: [0.614, 0.626],
          from: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
          counts: [11, 24, 69, 181, 402, 713, 988, 812, 460, 189, 53],
        },
        tau: { mean: 0.48, answers: 3_740 },
        active: side(1_412, 1.8),
        shadow: side(1_655, 2.1),
      },
    ],
  };
  const at = (days: number): string => new Date(now - days * DAY).toISOString();
  return {
    data: [
      { version: "m-2026-11-02", state: "retired", published_at: at(19), activated_at: at(18), shadow: null },
      { version: "m-2026-11-16", state: "active", published_at: at(5), activated_at: at(4.5), shadow: null },
      { version: "m-2026-11-20", state: "shadow", published_at: at(1.2), activated_at: null, shadow },
    ],
    next_cursor: null,
    as_of: new Date(now).toISOString(),
    freshness_seconds: 0,
  };
}

/** The last look, which comes every five minutes. */
function looked(now: number): object {
  return { as_of: new Date(now - 70_000).toISOString(), freshness_seconds: 70 };
}

/** Spikes as the list has them: two go on, one has ended. */
function spikes(params: URLSearchParams, now: number): object {
  const hour = Math.floor(now / HOUR) * HOUR;
  const at = (hours: number): string => new Date(hour - hours * HOUR).toISOString();
  const [, second, , fourth, fifth] = ITEMS;
  const common = { scope: "item", seen_at: new Date(now - 70_000).toISOString(), ended_at: null };
  const all = [
    {
      ...common,
      id: 31,
      subject: fourth[0],
      name: fourth[1],
      line: fourth[2],
      signal: "interest",
      started_at: at(2),
      hour: at(0),
      observed: 214,
      expected: 22.4,
      ratio: 9.6,
      p_value: 3e-19,
      peak_ratio: 11.2,
      peak_hour: at(1),
    },
    {
      ...common,
      id: 30,
      subject: fifth[0],
      name: fifth[1],
      line: fifth[2],
      signal: "sales",
      started_at: at(5),
      hour: at(0),
      observed: 19,
      expected: 3.1,
      ratio: 6.1,
      p_value: 4e-9,
      peak_ratio: 7.4,
      peak_hour: at(3),
    },
    {
      ...common,
      id: 27,
      subject: second[0],
      name: second[1],
      line: second[2],
      signal: "interest",
      started_at: at(51),
      ended_at: at(44),
      hour: at(45),
      observed: 88,
      expected: 18,
      ratio: 4.9,
      p_value: 2e-8,
      peak_ratio: 6.3,
      peak_hour: at(48),
    },
    {
      ...common,
      id: 26,
      subject: "Trains",
      name: "Trains",
      line: "Trains",
      scope: "line",
      signal: "interest",
      started_at: at(120),
      ended_at: at(112),
      hour: at(113),
      observed: 301,
      expected: 97,
      ratio: 3.1,
      p_value: 8e-11,
      peak_ratio: 3.8,
      peak_hour: at(116),
    },
  ];
  return { data: params.get("open") === "true" ? all.slice(0, 2) : all, next_cursor: null, ...looked(now) };
}

function spikeSeries(id: string, params: URLSearchParams, now: number): object {
  const hours = Number(params.get("hours") ?? 72);
  const began = id === "31" ? 3 : id === "30" ? 6 : 52;
  const end = Math.floor(now / HOUR) * HOUR + HOUR;
  const data = hoursBetween(end - hours * HOUR, end).map((time) => {
    const expected = round(2 + 1.1 * ordersOf(time) * (id === "30" ? 0.15 : 0.9));
    const before = (end - time) / HOUR;
    const factor =
      before <= began && before > began - 8 ? 4 + 6 * noise(time / HOUR, 2) : 0.7 + 0.6 * noise(time / HOUR, 4);
    return { time: new Date(time).toISOString(), observed: Math.round(expected * factor), expected };
  });
  return { data, next_cursor: null, ...looked(now) };
}

/** Answers of a shop that has run for months, as of `now`. */
export function fullAnswers(now: () => number): Answers {
  const series =
    (id: string): Answer =>
    (params) =>
      spikeSeries(id, params, now());
  return {
    sales: (params) => sales(params, now()),
    interest: (params) => interest(params, now()),
    movers: (params) => movers(params, now()),
    "stock-risk": (params) => stockRisk(params, now()),
    shoppers: (params) => shoppers(params, now()),
    recommendations: (params) => recommendations(params, now()),
    models: () => models(now()),
    spikes: (params) => spikes(params, now()),
    "spikes/31/series": series("31"),
    "spikes/30/series": series("30"),
    "spikes/27/series": series("27"),
    "spikes/26/series": series("26"),
    ...pipelineAnswers(now),
  };
}

/** Answers of a shop that was opened a moment ago. */
export function emptyAnswers(now: () => number): Answers {
  const none =
    (interval: string): Answer =>
    (params) =>
      envelope(rangeOf(params, now(), interval), [], now(), []);
  return {
    ...Object.fromEntries(["sales", "interest"].map((report) => [report, none("hour")])),
    ...Object.fromEntries(
      ["movers", "stock-risk", "shoppers", "recommendations"].map((report) => [report, none("total")]),
    ),
    models: () => ({ data: [], next_cursor: null }),
    spikes: () => ({ data: [], next_cursor: null, as_of: null, freshness_seconds: null }),
    ...pipelineAnswers(now, { isEmpty: true }),
  };
}
