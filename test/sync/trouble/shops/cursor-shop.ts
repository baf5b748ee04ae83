import shop from "../../property/shop-config.ts";

const { users, items, orders, ratings } = shop.source;
if (orders === undefined || ratings === undefined) throw new Error("The shop has orders and ratings.");

/** Every n-th run of this shop compares everything. */
export const VERIFY_EVERY_RUNS = 3;
/** How far back the times of its customers are read again. */
export const OVERLAP_SECONDS = 60;
/** How many of its orders are read again. */
export const OVERLAP_ROWS = 5;

/** A shop whose customers tell when they changed, whose orders are only ever added, and whose ratings have versions. */
export default {
  ...shop,
  source: {
    ...shop.source,
    users: { ...users, change: { kind: "cursor" as const, column: "changed", overlapSeconds: OVERLAP_SECONDS } },
    items,
    orders: { ...orders, change: { kind: "append" as const, overlapRows: OVERLAP_ROWS } },
    ratings: { ...ratings, change: { kind: "cursor" as const, column: "version", overlapSeconds: 0 } },
  },
  sync: { ...shop.sync, pageRows: 5, verifyEveryRuns: VERIFY_EVERY_RUNS },
};
