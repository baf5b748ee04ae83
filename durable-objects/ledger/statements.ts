/** Takes `[[event_id, day], …]` as one JSON text; returns the ids that were new. An id twice in the list counts once. */
export const INSERT_IDS = `
  INSERT INTO ids (event_id, day)
  SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
  ON CONFLICT DO NOTHING
  RETURNING event_id`;

/** Takes a JSON list of totals (domain/ledger/totals.ts) and adds them to what is there. */
export const ADD_TOTALS = `
  INSERT INTO totals (shopper, item_id, views, carts, removals, purchases, others, quantity, revenue, rating, rated_at, last_at)
  SELECT value ->> 'shopper', value ->> 'item_id', value ->> 'views', value ->> 'carts', value ->> 'removals',
         value ->> 'purchases', value ->> 'others', value ->> 'quantity', value ->> 'revenue', value ->> 'rating',
         value ->> 'rated_at', value ->> 'last_at'
  FROM json_each(?) WHERE true
  ON CONFLICT (shopper, item_id) DO UPDATE SET
    views = views + excluded.views,
    carts = carts + excluded.carts,
    removals = removals + excluded.removals,
    purchases = purchases + excluded.purchases,
    others = others + excluded.others,
    quantity = quantity + excluded.quantity,
    revenue = revenue + excluded.revenue,
    rating = CASE WHEN excluded.rating IS NOT NULL AND excluded.rated_at >= rated_at THEN excluded.rating ELSE rating END,
    rated_at = max(rated_at, excluded.rated_at),
    last_at = max(last_at, excluded.last_at)`;

/** Takes a JSON list of ids; returns those that were never appended. */
export const SELECT_MISSING = `
  SELECT value AS event_id FROM json_each(?) AS asked
  WHERE NOT EXISTS (SELECT 1 FROM ids WHERE ids.event_id = asked.value)`;

/** Takes a number of events and their JSON list. */
export const INSERT_JOURNAL = "INSERT INTO journal (events, interactions) VALUES (?, ?)";

/** Takes a shopper. */
export const SELECT_TOTALS = "SELECT * FROM totals WHERE shopper = ? ORDER BY item_id";
