import type { RatingRecord } from "../../../domain/catalogue/records.ts";
import { VERSIONS_CERTAIN_MILLISECONDS } from "../../../domain/exports/limits.ts";
import { numberCell, numberOrNullCell, textCell, truthCell } from "./cells.ts";
import { idParts } from "./id-parts.ts";

/** A rating as it was at a time. */
export interface RatingAsOf extends RatingRecord {
  /** When it became so, in milliseconds since 1970 UTC; null: it was so for as long as is known. */
  readonly since: number | null;
}

/** The key of the last rating of a page. */
export type RatingCursor = readonly [userId: string, itemId: string];

/** A page of ratings; `next` is where the next one begins, null after the last. */
export interface RatingsPage {
  readonly ratings: RatingAsOf[];
  readonly next: RatingCursor | null;
}

/**
 * Ratings `r` as they were at ?1, those that were not there among them.
 * @param isLeftOut SQL that is true for ratings of which nothing is told
 */
function selectAsOf(isLeftOut: string): string {
  return `
    SELECT r.user_id, r.item_id, iif(v.until IS NULL, r.deleted_at IS NULL, v.existed) AND NOT ${isLeftOut},
      iif(v.until IS NULL, r.rating, v.rating), iif(v.until IS NULL, r.rated_at, v.rated_at),
      (SELECT max(until) FROM rating_versions WHERE user_id = r.user_id AND item_id = r.item_id
        AND until <= ?1 AND until > ?1 - ${VERSIONS_CERTAIN_MILLISECONDS})`;
}

const LATER_VERSION = `
  LEFT JOIN rating_versions AS v ON v.user_id = r.user_id AND v.item_id = r.item_id AND v.until = (
    SELECT min(until) FROM rating_versions WHERE user_id = r.user_id AND item_id = r.item_id AND until > ?1)`;

const OF_GONE_USER = "EXISTS (SELECT 1 FROM users AS u WHERE u.user_id = r.user_id AND u.deleted_at IS NOT NULL)";

const OF_USERS = `${selectAsOf("false")}
  FROM json_each(?2) AS k CROSS JOIN ratings AS r ON r.user_id = k.value ${LATER_VERSION}
  WHERE NOT ${OF_GONE_USER}`;

const PAGE = `${selectAsOf(OF_GONE_USER)}
  FROM (SELECT * FROM ratings WHERE (user_id, item_id) > (?2, ?3) ORDER BY user_id, item_id LIMIT ?4) AS r ${LATER_VERSION}
  ORDER BY r.user_id, r.item_id`;

function presentRatings(rows: readonly (readonly unknown[])[]): RatingAsOf[] {
  const ratings: RatingAsOf[] = [];
  for (const [userId, itemId, existed, rating, ratedAt, since] of rows) {
    if (!truthCell(existed)) continue;
    ratings.push({
      userId: textCell(userId),
      itemId: textCell(itemId),
      rating: numberCell(rating),
      ratedAt: numberOrNullCell(ratedAt),
      since: numberOrNullCell(since),
    });
  }
  return ratings;
}

/**
 * What some users had rated at a time; nothing of users who are deleted now.
 * @param asOf milliseconds since 1970 UTC
 */
export async function readRatingsOf(db: D1Database, userIds: readonly string[], asOf: number): Promise<RatingAsOf[]> {
  const ratings: RatingAsOf[] = [];
  for (const part of idParts(userIds)) {
    const found = await db.prepare(OF_USERS).bind(asOf, part).raw();
    for (const rating of presentRatings(found)) ratings.push(rating);
  }
  return ratings;
}

/**
 * Ratings as they were at a time, in the order of user and item; nothing of users who are deleted now.
 * @param after the `next` of the page before, null for the first
 * @param rows how many ratings the page looks at: it has fewer where some were not there
 * @param asOf milliseconds since 1970 UTC
 */
export async function readRatingsPage(
  db: D1Database,
  after: RatingCursor | null,
  rows: number,
  asOf: number,
): Promise<RatingsPage> {
  const [userId, itemId] = after ?? ["", ""];
  const found = await db.prepare(PAGE).bind(asOf, userId, itemId, rows).raw();
  const last = found.at(-1);
  const isLast = last === undefined || found.length < rows;
  return { ratings: presentRatings(found), next: isLast ? null : [textCell(last[0]), textCell(last[1])] };
}
