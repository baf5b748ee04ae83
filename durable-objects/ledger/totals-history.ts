import { TOTALS_HISTORY_MILLISECONDS } from "../../domain/ledger/limits.ts";
import { AFTER_USERS, USER_PREFIX } from "../../domain/ledger/routing.ts";
import {
  type EarlierState,
  stateAsOf,
  type TotalsAsOfRequest,
  type TotalsCount,
  type TotalsKey,
  type TotalsPage,
  type WithoutTotalsRequest,
} from "../../domain/ledger/totals-as-of.ts";
import type { LedgerStateStore } from "./state.ts";
import { COUNT_AS_OF, SELECT_AS_OF, SELECT_KEY_AFTER, SELECT_WITHOUT_TOTALS } from "./statements-as-of.ts";
import { TotalsPageWriter } from "./totals-page.ts";

type Row = [shopper: string, itemId: string, addedAt: number, history: string | null, ...counts: SqlStorageValue[]];
/** Where in a {@link Row} the counts begin. */
const ROW_COUNTS = 4;
/** Where in an {@link EarlierState} they do. */
const STATE_COUNTS = 1;
const BEFORE_USERS: TotalsKey = { shopper: USER_PREFIX, item_id: "" };

/** Users' totals as they were at a moment. */
export class TotalsHistory {
  readonly #sql: SqlStorage;
  readonly #store: LedgerStateStore;

  constructor(sql: SqlStorage, store: LedgerStateStore) {
    this.#sql = sql;
    this.#store = store;
  }

  /** Notes since when earlier states are kept, once: before the first change that keeps one. */
  begin(now: number): void {
    if (this.#store.state.history_since === null) this.#store.write({ history_since: this.#since(now) });
  }

  /** A page of totals. @throws Error when they are not known that far back */
  page({ asOf, after, rows }: TotalsAsOfRequest, now: number): TotalsPage {
    this.#assertKnown(asOf, now);
    const from = after ?? BEFORE_USERS;
    const cursor = this.#sql.exec(SELECT_AS_OF, from.shopper, from.item_id, asOf, rows).raw<Row>();
    const page = new TotalsPageWriter(rows);
    let last: TotalsKey | null = null;
    let read = 0;
    for (const row of cursor) {
      const [shopper, item_id, addedAt, history] = row;
      read += 1;
      if (read === rows) last = { shopper, item_id };
      if (addedAt > asOf) continue;
      const earlier = history === null ? null : stateAsOf(JSON.parse(history) as EarlierState[], asOf);
      if (earlier === null) page.add(shopper, item_id, row, ROW_COUNTS);
      else page.add(shopper, item_id, [...earlier], STATE_COUNTS);
    }
    return page.page(last);
  }

  /** The places in `pairs` of those that had no totals. @throws like {@link page} */
  without({ asOf, pairs }: WithoutTotalsRequest, now: number): number[] {
    this.#assertKnown(asOf, now);
    const keys = pairs.map(({ shopper, item_id: itemId }) => [shopper, itemId]);
    return this.#sql
      .exec<{ place: number }>(SELECT_WITHOUT_TOTALS, JSON.stringify(keys), asOf)
      .toArray()
      .map(({ place }) => place);
  }

  /** Counts by SQL alone what {@link page} would give. @throws like it */
  count({ asOf, after, rows }: TotalsAsOfRequest, now: number): TotalsCount {
    this.#assertKnown(asOf, now);
    const from = after ?? BEFORE_USERS;
    const [next] = this.#sql
      .exec<{ shopper: string; item_id: string }>(SELECT_KEY_AFTER, from.shopper, from.item_id, rows - 1)
      .toArray();
    const counted = this.#sql
      .exec<{ rows: number; purchases: number; quantity: number }>(
        COUNT_AS_OF,
        from.shopper,
        from.item_id,
        asOf,
        next?.shopper ?? AFTER_USERS,
        next?.item_id ?? "",
      )
      .one();
    return { ...counted, next: next ?? null };
  }

  #since(now: number): number {
    const known = this.#store.state.history_since;
    if (known !== null) return known;
    // Whose totals are from before there was a history: they may have changed at any time up to now.
    const [row] = this.#sql.exec("SELECT 1 FROM totals LIMIT 1").toArray();
    return row === undefined ? 0 : this.#store.stamp(now);
  }

  #assertKnown(asOf: number, now: number): void {
    const earliest = Math.max(this.#store.stamp(now) - TOTALS_HISTORY_MILLISECONDS, this.#since(now));
    if (asOf >= earliest) return;
    const [asked, known] = [asOf, earliest].map((time) => new Date(time).toISOString());
    throw new Error(`Totals as of ${asked} are not kept any more, or never were: ask for ${known} or later.`);
  }
}
