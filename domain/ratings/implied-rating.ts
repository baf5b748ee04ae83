import type { EndcapConfig } from "../config/schema.ts";
import { hash64 } from "../hash.ts";
import type { Totals } from "../ledger/totals.ts";

/** Grows whenever the rule below gives another rating for the same totals. */
export const RATING_RULE_VERSION = 1;
const RATING_MIN = 1;
const RATING_MAX = 5;
/** Ratings are told to two decimals. */
const RATING_STEPS = 100;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** So much of a configuration's hash tells one rule from another. */
const FINGERPRINT_LENGTH = 8;

export type RatingConfig = EndcapConfig["ratings"];

/** What a shopper thinks of an item. */
export interface Rating {
  /** 1–5. */
  readonly rating: number;
  readonly kind: "explicit" | "implicit";
  /** By which rule it came to be: `explicit/<version>`, or `implicit/<version>-<fingerprint of the configuration>`. */
  readonly rule: string;
}

/** Totals as far as a rating goes by them; `refunds` are orders that were given back. */
export type RatedTotals = Pick<
  Totals,
  "views" | "carts" | "removals" | "purchases" | "others" | "rating" | "last_at"
> & { readonly refunds?: number };

// An export rates millions of rows under one configuration.
const implicitRules = new WeakMap<RatingConfig, string>();

/** The rule of ratings that were given. */
export function explicitRule(): string {
  return `explicit/${RATING_RULE_VERSION}`;
}

/** The rule of ratings that are implied under this configuration: `implicit/<version>-<fingerprint>`. */
export function implicitRuleOf(config: RatingConfig): string {
  const known = implicitRules.get(config);
  if (known !== undefined) return known;
  const { view, other, cart, purchase, removal, refund } = config.weights;
  const parts = [view, other, cart, purchase, removal, refund, config.halfLifeDays, config.oldShare];
  const rule = `implicit/${RATING_RULE_VERSION}-${hash64(parts.join(" ")).slice(0, FINGERPRINT_LENGTH)}`;
  implicitRules.set(config, rule);
  return rule;
}

/** Each doubling of a count says as much as the one before. A correction may have taken a count below nothing. */
function saying(count: number): number {
  return Math.log2(1 + Math.max(0, count));
}

/**
 * What of the positive signals still counts: all of them today, `oldShare` long ago. `last_at` does not say which event
 * was the last one: where something was taken back it may have been that, and taking back must not make an interest
 * look fresh. So it counts as long ago then.
 */
function freshness(totals: RatedTotals, now: number, { halfLifeDays, oldShare }: RatingConfig): number {
  if (totals.removals > 0 || (totals.refunds ?? 0) > 0) return oldShare;
  const ageDays = Math.max(0, now - totals.last_at) / DAY_MILLISECONDS;
  return oldShare + (1 - oldShare) * 2 ** (-ageDays / halfLifeDays);
}

/**
 * A shopper's rating of an item: the one that the shopper gave, else what the shopper's doings imply (docs/ratings.md
 * has the formula). Null where nothing happened that tells of a taste: a list that was looked past is none.
 * @param now milliseconds since 1970 UTC
 */
export function impliedRating(totals: RatedTotals, now: number, config: RatingConfig): Rating | null {
  if (totals.rating !== null) {
    return { rating: totals.rating, kind: "explicit", rule: explicitRule() };
  }
  const { views, others, carts, purchases, removals, refunds = 0 } = totals;
  if ([views, others, carts, purchases, removals, refunds].every((count) => count <= 0)) return null;
  const { weights } = config;
  const interest =
    weights.view * saying(views) +
    weights.other * saying(others) +
    weights.cart * saying(carts) +
    weights.purchase * saying(purchases);
  const regret = weights.removal * saying(removals) + weights.refund * saying(refunds);
  const strength = Math.max(0, interest * freshness(totals, now, config) - regret);
  // From 1 towards 5, half of the way that is left with each point.
  const rating = RATING_MAX - (RATING_MAX - RATING_MIN) * 2 ** -strength;
  return { rating: Math.round(rating * RATING_STEPS) / RATING_STEPS, kind: "implicit", rule: implicitRuleOf(config) };
}
