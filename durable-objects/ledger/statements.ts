import { TOTALS_HISTORY_MILLISECONDS, TOTALS_HISTORY_STATES_MAX } from "../../domain/ledger/limits.ts";
import { AFTER_USERS, USER_PREFIX } from "../../domain/ledger/routing.ts";
import { TOTALS_COLUMNS } from "../../domain/ledger/totals-as-of.ts";
import type { Totals } from "../../domain/ledger/totals.ts";

/** A REAL as JSON. Fifteen digits are what people wrote; some sums need 17 to be the same again. */
const exact = (column: string): string =>
  `CASE WHEN ${column} IS NULL THEN 'null' WHEN CAST(format('%!.15g', ${column}) AS REAL) = ${column}
      THEN format('%!.15g', ${column}) ELSE format('%!.17g', ${column}) END`;

/** What a row was before the change stamped `?2`: `[until, counts in the order of TOTALS_COLUMNS]`. */
const STATE_BEFORE = `json('[' || CAST(?2 AS INTEGER) || ',' || totals.views || ',' || totals.carts || ',' || totals.removals || ',' ||
      totals.purchases || ',' || totals.refunds || ',' || totals.others || ',' || ${exact("totals.quantity")} || ',' ||
      ${exact("totals.revenue")} || ',' || ${exact("totals.rating")} || ',' ||
      totals.rated_at || ',' || totals.last_at || ']')`;

/**
 * The history with room for one state more: without the oldest where nobody may ask for that any more; else, where it is
 * full, with the oldest in the place of the one after it too, since an earlier state may stand for a later time, but
 * never a later state for an earlier one.
 */
const TRIMMED_HISTORY = `CASE
      WHEN totals.history ->> '$[0][0]' <= ?2 - ${TOTALS_HISTORY_MILLISECONDS} THEN json_remove(totals.history, '$[0]')
      WHEN json_array_length(totals.history) >= ${TOTALS_HISTORY_STATES_MAX}
      THEN json_set(json_remove(totals.history, '$[1]'), '$[0][0]', totals.history ->> '$[1][0]')
      ELSE totals.history END`;

/** Only users are exported; and what began with this very stamp was there for nobody to see. */
const HAS_BEEN_SEEN = `totals.shopper >= '${USER_PREFIX}' AND totals.shopper < '${AFTER_USERS}'
      AND totals.added_at < ?2 AND coalesce(totals.history ->> '$[#-1][0]', 0) < ?2`;

/** What {@link ADD_TOTALS} takes of totals, in this order. */
const ADDED_COLUMNS = ["shopper", "item_id", ...TOTALS_COLUMNS] as const;

/** One entry of what {@link ADD_TOTALS} takes: a list, since SQLite reads places in half the time of names. */
export const addedTotals = (totals: Totals): (string | number | null)[] => ADDED_COLUMNS.map((name) => totals[name]);

/**
 * Takes a JSON list of {@link addedTotals} and the stamp of the change. Adds them to what is there; of two
 * ratings the later counts. What a user's row was goes into its history, in the same written row.
 */
export const ADD_TOTALS = `
  INSERT INTO totals (${ADDED_COLUMNS.join(", ")}, added_at)
  SELECT ${ADDED_COLUMNS.map((_, place) => `value ->> ${place}`).join(", ")}, ?2
  FROM json_each(?1) WHERE true
  ON CONFLICT (shopper, item_id) DO UPDATE SET
    history = CASE WHEN ${HAS_BEEN_SEEN} THEN json_insert(${TRIMMED_HISTORY}, '$[#]', ${STATE_BEFORE}) ELSE history END,
    views = views + excluded.views,
    carts = carts + excluded.carts,
    removals = removals + excluded.removals,
    purchases = purchases + excluded.purchases,
    refunds = refunds + excluded.refunds,
    others = others + excluded.others,
    quantity = quantity + excluded.quantity,
    revenue = revenue + excluded.revenue,
    rating = CASE
      WHEN excluded.rating IS NULL THEN rating
      WHEN rating IS NULL OR excluded.rated_at > rated_at THEN excluded.rating
      WHEN excluded.rated_at = rated_at THEN max(rating, excluded.rating)
      ELSE rating END,
    rated_at = max(rated_at, excluded.rated_at),
    last_at = max(last_at, excluded.last_at)`;

/** Takes a shopper. */
export const SELECT_TOTALS = `
  SELECT shopper, item_id, views, carts, removals, purchases, refunds, others, quantity, revenue, rating, rated_at, last_at
  FROM totals WHERE shopper = ? ORDER BY item_id`;

/** Takes a JSON list of transaction ids. */
export const SELECT_ORDERS = `
  SELECT orders.transaction_id, orders.value FROM json_each(?) AS asked
  CROSS JOIN orders ON orders.transaction_id = asked.value`;

/** Takes a transaction id and a number: the id that comes so many orders after the next one. */
export const SELECT_ORDER_AFTER =
  "SELECT transaction_id FROM orders WHERE transaction_id > ? ORDER BY transaction_id LIMIT 1 OFFSET ?";

/** Takes a transaction id, a second one or null, and a JSON list of texts: orders after the first, up to the second, with one of the texts. */
export const SELECT_ORDERS_WITH = `
  SELECT transaction_id, value FROM orders
  WHERE transaction_id > ?1 AND (?2 IS NULL OR transaction_id <= ?2)
    AND EXISTS (SELECT 1 FROM json_each(?3) AS text WHERE instr(orders.value, text.value) > 0)`;

/** Takes a JSON list of `[transaction id, order as JSON text]`. */
export const PUT_ORDERS = `
  INSERT INTO orders SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
  ON CONFLICT (transaction_id) DO UPDATE SET value = excluded.value`;

/** Takes a JSON list of clients. */
export const SELECT_ALIASES = `
  SELECT aliases.client, aliases.upto, aliases.shopper FROM json_each(?) AS asked
  CROSS JOIN aliases ON aliases.client = asked.value ORDER BY aliases.upto`;
