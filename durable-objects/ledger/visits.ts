import { ANONYMOUS_TOTALS_MILLISECONDS, PACK_MAX_BYTES } from "../../domain/ledger/limits.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import type { Visit } from "../../domain/ledger/visits.ts";

/** Takes a JSON list of shoppers. */
const SELECT_VISITS =
  "SELECT visits.shopper, visits.week FROM json_each(?) AS asked CROSS JOIN visits ON visits.shopper = asked.value";

/** Takes a JSON list of `{ shopper, week }`. A row that says as much already is not written. */
const NOTE_VISITS = `
  INSERT INTO visits SELECT value ->> 'shopper', value ->> 'week' FROM json_each(?) WHERE true
  ON CONFLICT (shopper) DO UPDATE SET week = excluded.week WHERE excluded.week > week`;

/** The last week in which each of a shard's shoppers came: one written row per shopper and week. */
export class Visits {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The weeks (milliseconds since 1970 UTC) of those shoppers' last visits that are noted. */
  lastWeeks(visits: readonly Visit[]): ReadonlyMap<string, number> {
    const shoppers = [...new Set(visits.map(({ shopper }) => shopper))];
    const rows = packByBytes(shoppers, PACK_MAX_BYTES).flatMap((pack) =>
      this.#sql.exec<{ shopper: string; week: number }>(SELECT_VISITS, JSON.stringify(pack)).toArray(),
    );
    return new Map(rows.map(({ shopper, week }) => [shopper, week]));
  }

  /** Notes visits, oldest week first. */
  note(visits: readonly Visit[]): void {
    for (const pack of packByBytes(visits, PACK_MAX_BYTES)) this.#sql.exec(NOTE_VISITS, JSON.stringify(pack));
  }

  /** Forgets a user who asks for it, or a client who has become a user. */
  forget(shopper: string): void {
    this.#sql.exec("DELETE FROM visits WHERE shopper = ?", shopper);
  }

  /** Forgets browsers that did not come for as long as their totals are kept. @param now milliseconds since 1970 UTC */
  sweep(now: number): void {
    this.#sql.exec(
      "DELETE FROM visits WHERE shopper >= 'c:' AND shopper < 'c;' AND week < ?",
      now - ANONYMOUS_TOTALS_MILLISECONDS,
    );
  }
}
