import { HOUR_MILLISECONDS, WEEK_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { insertRows } from "./insert-rows.ts";
import { eventsIn } from "./shop.ts";

const PLACEMENTS = ["home", "product", "cart", "checkout"];
const STRATEGIES = ["similar", "profile", "popular", "trending", "together"];
const MODELS = ["2026-10", "2026-11"];
const ARMS = ["control", "model"];
const GROUPS = PLACEMENTS.flatMap((placement) =>
  STRATEGIES.flatMap((strategy) => MODELS.flatMap((model) => ARMS.map((arm) => [placement, strategy, model, arm]))),
);
const ITEMS_PER_ANSWER = 10;
const DEGRADED_SHARE = 0.004;
const SLOW_SHARE = 0.002;
/** 1970-01-01 was a Thursday: weeks begin on Monday. */
const FIRST_MONDAY = 4 * 24 * HOUR_MILLISECONDS;
const SHOPPERS = [
  ["user", 1_800, 5_200],
  ["client", 21_000, 9_000],
] as const;

/** What recommendations came to, how many answers were served, and shoppers by week, from a day's beginning until now. */
export async function fillRecommendations(
  db: D1Database,
  random: () => number,
  from: number,
  now: number,
): Promise<void> {
  const hours = Array.from(
    { length: Math.ceil((now - from) / HOUR_MILLISECONDS) },
    (_, n) => from + n * HOUR_MILLISECONDS,
  );
  const counted = hours.flatMap((hour) =>
    GROUPS.map((group) => {
      const served = Math.round((eventsIn(hour) * ITEMS_PER_ANSWER * (0.5 + random())) / GROUPS.length);
      const impressions = Math.round(served * 0.7);
      const clicks = Math.round(impressions * 0.05 * random());
      const purchases = Math.round(clicks * 0.1);
      const sums = [served, impressions, clicks, Math.round(clicks * 0.3), purchases, purchases, purchases * 32.5];
      return [hour, "hour", ...group, "", ...sums];
    }),
  );
  const keys = ["hour", "grain", "placement", "strategy", "model_version", "arm", "currency"];
  const sums = ["served", "impressions", "clicks", "carts", "purchases", "quantity", "revenue"];
  await insertRows(db, "hourly_recommendations", [...keys, ...sums], counted);
  const share = (hour: number, of: number): number => Math.round(eventsIn(hour) * of);
  await insertRows(
    db,
    "hourly_served",
    ["hour", "answers", "items", "degraded", "slow", "lost"],
    hours.map((hour) => [
      hour,
      eventsIn(hour),
      eventsIn(hour) * ITEMS_PER_ANSWER,
      share(hour, DEGRADED_SHARE),
      share(hour, SLOW_SHARE),
      0,
    ]),
  );
  const degraded = hours.map((hour) => [hour, "session_late", share(hour, DEGRADED_SHARE)]);
  await insertRows(db, "hourly_degraded", ["hour", "reason", "answers"], degraded);
  const firstWeek = Math.floor((from - FIRST_MONDAY) / WEEK_MILLISECONDS) * WEEK_MILLISECONDS + FIRST_MONDAY;
  const weeks = Array.from({ length: Math.ceil((now - firstWeek) / WEEK_MILLISECONDS) }, (_, n) =>
    SHOPPERS.map((shoppers) => [firstWeek + n * WEEK_MILLISECONDS, ...shoppers]),
  );
  await insertRows(db, "weekly_shoppers", ["week", "kind", "new_shoppers", "returning_shoppers"], weeks.flat());
}
