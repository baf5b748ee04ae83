/** Takes a JSON list of totals (domain/ledger/totals.ts) and adds them to what is there; of two ratings the later counts. */
export const ADD_TOTALS = `
  INSERT INTO totals (shopper, item_id, views, carts, removals, purchases, refunds, others, quantity, revenue, rating, rated_at, last_at)
  SELECT value ->> 'shopper', value ->> 'item_id', value ->> 'views', value ->> 'carts', value ->> 'removals',
         value ->> 'purchases', value ->> 'refunds', value ->> 'others', value ->> 'quantity', value ->> 'revenue',
         value ->> 'rating', value ->> 'rated_at', value ->> 'last_at'
  FROM json_each(?) WHERE true
  ON CONFLICT (shopper, item_id) DO UPDATE SET
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

/** Takes a JSON list of `[transaction id, order as JSON text]`. */
export const PUT_ORDERS = `
  INSERT INTO orders SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
  ON CONFLICT (transaction_id) DO UPDATE SET value = excluded.value`;

/** Takes a JSON list of clients. */
export const SELECT_ALIASES = `
  SELECT aliases.client, aliases.upto, aliases.shopper FROM json_each(?) AS asked
  CROSS JOIN aliases ON aliases.client = asked.value ORDER BY aliases.upto`;
