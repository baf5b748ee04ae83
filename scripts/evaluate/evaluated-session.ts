import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import { EMPTY_VIEW } from "../../domain/sessions/empty-view.ts";
import {
  SESSION_PURCHASES_MAX,
  SESSION_RATINGS_MAX,
  SESSION_RECENT_MAX,
  type SessionView,
} from "../../domain/sessions/session.ts";
import type { EvaluatedUser } from "./shelf-ranker.ts";

function byTime(rows: readonly EvaluationRow[]): EvaluationRow[] {
  return rows.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

/**
 * The session that this user would have, within a session's own bounds: the present session's rows were viewed; of the
 * others those with a rating are ratings, and those without one, or beyond the bound of ratings, purchases.
 */
export function sessionOf({ features, country, rows, session }: EvaluatedUser): SessionView {
  const recent = session.slice(-SESSION_RECENT_MAX);
  const present = new Set(recent);
  // Of a longer session the beginning is past.
  const past = byTime([...new Set([...rows, ...session])].filter((row) => !present.has(row)));
  const rated = past.filter(({ rating }) => rating !== null);
  const asRatings = new Set(rated.slice(-SESSION_RATINGS_MAX));
  return {
    ...EMPTY_VIEW,
    features,
    country,
    recent: recent.map(({ itemId, at }) => ({ name: "view_item", item_id: itemId, at: at ?? 0 })),
    purchases: past
      .filter((row) => !asRatings.has(row))
      .slice(-SESSION_PURCHASES_MAX)
      .map(({ itemId, at }) => ({ item_id: itemId, at: at ?? 0 })),
    ratings: [...asRatings].map(({ itemId, rating }) => ({ item_id: itemId, rating: rating ?? 0 })),
  };
}
