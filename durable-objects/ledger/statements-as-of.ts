import { AFTER_USERS } from "../../domain/ledger/routing.ts";
import { TOTALS_COLUMNS } from "../../domain/ledger/totals-as-of.ts";

/** True where the row has changed after `?3`: its last earlier state held until then. */
const CHANGED_SINCE = `history <> '[]' AND history ->> '$[#-1][0]' > ?3`;

/** Where in an earlier state a column stands: its first place is the state's end. */
const placeOf = (column: (typeof TOTALS_COLUMNS)[number]): number => TOTALS_COLUMNS.indexOf(column) + 1;

/** Takes a key (`?1`, `?2`), a moment and a number of rows: users' rows after the key, with a history where it is needed. */
export const SELECT_AS_OF = `
  SELECT shopper, item_id, added_at, CASE WHEN ${CHANGED_SINCE} THEN history END, ${TOTALS_COLUMNS.join(", ")}
  FROM totals WHERE (shopper, item_id) > (?1, ?2) AND shopper < '${AFTER_USERS}' ORDER BY shopper, item_id LIMIT ?4`;

/** Takes a key and a number: the key that comes so many users' rows after the next one. */
export const SELECT_KEY_AFTER = `
  SELECT shopper, item_id FROM totals
  WHERE (shopper, item_id) > (?1, ?2) AND shopper < '${AFTER_USERS}' ORDER BY shopper, item_id LIMIT 1 OFFSET ?3`;

/** Takes a JSON list of `[shopper, item id]` and a moment: the places in the list of those that had no totals then. */
export const SELECT_WITHOUT_TOTALS = `
  SELECT asked.key AS place FROM json_each(?1) AS asked
  LEFT JOIN totals ON totals.shopper = asked.value ->> 0 AND totals.item_id = asked.value ->> 1 AND totals.added_at <= ?2
  WHERE totals.shopper IS NULL ORDER BY asked.key`;

const sumAsOf = (column: (typeof TOTALS_COLUMNS)[number]): string =>
  `coalesce(sum(CASE WHEN state IS NULL THEN ${column} ELSE state ->> '$[${placeOf(column)}]' END), 0)`;

/**
 * Takes a key, a moment and a second key: counts users' rows after the first and up to the second, which may be after all.
 * The limit of no rows less keeps SQLite from looking each state up once per column.
 */
export const COUNT_AS_OF = `
  SELECT count(*) AS rows, ${sumAsOf("purchases")} AS purchases, ${sumAsOf("quantity")} AS quantity
  FROM (
    SELECT purchases, quantity, CASE WHEN ${CHANGED_SINCE} THEN
      (SELECT value FROM json_each(history) WHERE value ->> '$[0]' > ?3 ORDER BY key LIMIT 1) END AS state
    FROM totals WHERE (shopper, item_id) > (?1, ?2) AND (shopper, item_id) <= (?4, ?5) AND added_at <= ?3
    LIMIT -1
  )`;
