import { shardOf } from "../../../domain/hash.ts";
import { USER_PREFIX } from "../../../domain/ledger/routing.ts";

/** Rows of totals that a user has. */
export const ROWS_PER_USER = 50;
export const ITEMS = 20_000;
/** Of so many users one has a rating, in the replica, of an item with which the ledger knows nothing of. */
const USERS_PER_LONE_RATING = 10;
/** Of so many users one has a rating, in the replica, of an item that the ledger knows too. */
const USERS_PER_RATING = 2;
/** Users whose rows one statement writes. */
const USERS_PER_STATEMENT = 100;
const ID_DIGITS = 7;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Totals are as old as this at most; what catalogue and users were before changed half as long ago. */
const OLDEST_DAYS = 120;

/** Users by their numbers: from the first up to, and without, the end. */
export interface UserRange {
  readonly first: number;
  readonly end: number;
}

/** What the ledger calls a user. */
function shopperOf(user: number): string {
  return `${USER_PREFIX}customer-${String(user).padStart(ID_DIGITS, "0")}`;
}

/** How many users a shop has whose ledger holds so many rows. */
export function usersFor(rows: number): number {
  return Math.max(1, Math.round(rows / ROWS_PER_USER));
}

/** Rows of `training` of so many users: what the ledger holds, and ratings of which it knows nothing. */
export function trainingRows(users: number): number {
  return users * ROWS_PER_USER + Math.ceil(users / USERS_PER_LONE_RATING);
}

/** Those of some users who belong to a shard, as `INSERT_TOTALS` takes them: lists of `[number, shopper]` as JSON. */
export function packsOfShard({ first, end }: UserRange, shard: number, shards: number): string[] {
  const own: [number, string][] = [];
  for (let user = first; user < end; user++) {
    const shopper = shopperOf(user);
    if (shardOf(shopper, shards) === shard) own.push([user, shopper]);
  }
  const packs: string[] = [];
  for (let at = 0; at < own.length; at += USERS_PER_STATEMENT) {
    packs.push(JSON.stringify(own.slice(at, at + USERS_PER_STATEMENT)));
  }
  return packs;
}

const paddedId = (prefix: string, number: string): string => `printf('${prefix}%0${ID_DIGITS}d', ${number})`;
/** The item of a user's n-th row: up to {@link ROWS_PER_USER} and one more they are as many items. */
const itemNumber = (user: string, place: string): string => `(${user} * 31 + ${place} * 397) % ${ITEMS}`;
const itemIdSql = (user: string, place: string): string => paddedId("P", itemNumber(user, place));
const NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2)";

/**
 * Takes a JSON list of `[number, shopper]` and a time: all rows of these users, in the order of their keys. Every tenth
 * row has changed before, every thousandth will have changed when an export of that time reads it.
 */
export const INSERT_TOTALS = `
  WITH RECURSIVE places (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM places WHERE k + 1 < ${ROWS_PER_USER})
  INSERT INTO totals (shopper, item_id, views, carts, removals, purchases, refunds, others, quantity, revenue, rating, rated_at, last_at,
    added_at, history)
  SELECT shopper, item_id, 1 + r % 7, r % 6 = 0, r % 30 = 0, bought, r % 200 = 4, r % 9 = 0, bought * (1 + r % 3) * 1.0,
    bought * (1 + r % 3) * (r % 20000) / 100.0, CASE WHEN r % 40 = 3 THEN 1.0 + r % 5 END, iif(r % 40 = 3, last_at, 0), last_at,
    last_at - ${DAY_MILLISECONDS},
    CASE WHEN r % 1000 = 11 THEN '[[' || (?2 + ${DAY_MILLISECONDS}) || ',1,0,0,0,0,0,0.0,0.0,null,0,' || (last_at - 1) || ']]'
      WHEN r % 10 = 1 THEN '[[' || last_at || ',1,0,0,0,0,0,0.0,0.0,null,0,' || (last_at - 1) || ']]' ELSE '[]' END
  FROM (
    SELECT user.value ->> 1 AS shopper, ${itemIdSql("(user.value ->> 0)", "k")} AS item_id,
      (user.value ->> 0) * ${ROWS_PER_USER} + k AS r, ((user.value ->> 0) * ${ROWS_PER_USER} + k) % 10 = 4 AS bought,
      ?2 - ((user.value ->> 0) * ${ROWS_PER_USER} + k) * 7919 % ${OLDEST_DAYS * 24 * 60 * 60} * 1000 AS last_at
    FROM json_each(?1) AS user CROSS JOIN places)
  ORDER BY shopper, item_id`;

/** Take the first number and the one after the last: users with four features, one user in ten of whom changes later. */
export const INSERT_USERS = `${NUMBERS}
  INSERT INTO users (user_id, country, features, row_hash, changed_run)
  SELECT ${paddedId("customer-", "n")}, substr('FRUSJPDE', n % 4 * 2 + 1, 2),
    json_object('city', 'City ' || n % 5000, 'segment', n % 12, 'credit_limit', n * 7919 % 90000 / 10.0,
      'newsletter', json(iif(n % 3 = 0, 'true', 'false'))), 'bench', 1
  FROM numbers`;
export const CHANGE_USERS = `${NUMBERS}
  UPDATE users SET features = json_set(features, '$.segment', 99)
  WHERE user_id IN (SELECT ${paddedId("customer-", "n")} FROM numbers WHERE n % 10 = 3)`;

/** Takes numbers likewise: items with eight features, one item in ten of which changes its price. */
export const INSERT_ITEMS = `${NUMBERS}
  INSERT INTO items (item_id, name, category, price, stock, hidden, public_values, features, row_hash, changed_run)
  SELECT ${paddedId("P", "n")}, 'Product number ' || n, 'Category ' || n % 50, n / 100.0, n % 900, 0, '{}',
    json_object('brand', 'Brand ' || n % 700, 'scale', '1:' || (n % 99 + 1), 'material', substr('woodcastresin', n % 3 * 4 + 1, 4),
      'description', 'Description of product number ' || n || ', which is as long as a line of text in a shop', 'year', 1950 + n % 75,
      'weight', n * 31 % 9973 / 10.0, 'limited', json(iif(n % 20 = 0, 'true', 'false')), 'colour', 'Colour ' || n % 40), 'bench', 1
  FROM numbers`;
export const CHANGE_ITEMS = `${NUMBERS}
  UPDATE items SET price = price + 1 WHERE item_id IN (SELECT ${paddedId("P", "n")} FROM numbers WHERE n % 10 = 3)`;

/** Take numbers of users likewise: their ratings. */
export const INSERT_RATINGS = `${NUMBERS}
  INSERT INTO ratings (user_id, item_id, rating, rated_at, row_hash, changed_run)
  SELECT ${paddedId("customer-", "n")}, ${itemIdSql("n", "5")}, 1.0 + n % 5, 1760000000000 + n, 'bench', 1
  FROM numbers WHERE n % ${USERS_PER_RATING} = 0
  UNION ALL
  SELECT ${paddedId("customer-", "n")}, ${itemIdSql("n", String(ROWS_PER_USER))}, 1.0 + n % 5, NULL, 'bench', 1
  FROM numbers WHERE n % ${USERS_PER_LONE_RATING} = 0`;

/** What was written just now is what has been for a while: most rows are then of a time at which their records were known. */
export const AGE_VERSIONS = ["user_versions", "item_versions", "rating_versions"].map(
  (table) => `UPDATE ${table} SET until = until - ${(OLDEST_DAYS / 2) * DAY_MILLISECONDS}`,
);
