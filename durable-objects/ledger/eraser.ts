import type { ClientPeriod } from "../../domain/ledger/totals-as-of.ts";
import { type ErasedShoppers, oneOffId, withoutShoppers } from "./erased-shoppers.ts";
import type { Journal } from "./journal.ts";
import type { TotalsEntry } from "./shopper-totals.ts";
import type { Visits } from "./visits.ts";

/** Takes a text as JSON has it. */
const SELECT_TRANSFERS_WITH = "SELECT sequence, value FROM transfers WHERE instr(value, ?) > 0";

/** What clients did that signed in as a user, from the sign-in before (whoever that was) to this one. */
const SELECT_CLIENT_PERIODS = `
  SELECT client, upto, coalesce((SELECT max(upto) FROM aliases AS earlier
    WHERE earlier.client = aliases.client AND earlier.upto < aliases.upto), -1) AS after
  FROM aliases WHERE shopper = ? ORDER BY client, upto`;

/** Forgets users. Runs inside the caller's transaction. */
export class Eraser {
  readonly #sql: SqlStorage;
  readonly #journal: Journal;
  readonly #erased: ErasedShoppers;
  readonly #visits: Visits;

  constructor(sql: SqlStorage, journal: Journal, erased: ErasedShoppers, visits: Visits) {
    this.#sql = sql;
    this.#journal = journal;
    this.#erased = erased;
    this.#visits = visits;
  }

  /** The clients of this shard that signed in as a user. */
  clientsOf(user: string): ClientPeriod[] {
    return this.#sql
      .exec<{ client: string; upto: number; after: number }>(SELECT_CLIENT_PERIODS, user)
      .toArray()
      .map(({ client, upto, after }) => ({ client, after, upto }));
  }

  /**
   * Forgets what this shard has of a user beside orders, and remembers to take nothing more.
   * @param now milliseconds since 1970 UTC
   * @returns how many rows of totals are gone
   */
  erase(user: string, now: number): number {
    this.#erased.remember(user, now);
    const { rows } = this.#sql
      .exec<{ rows: number }>("SELECT count(*) AS rows FROM totals WHERE shopper = ?", user)
      .one();
    this.#sql.exec("DELETE FROM totals WHERE shopper = ?", user);
    this.#visits.forget(user);
    // Not deleted: what the client did would be the client's again, and so would what comes late or is taken back.
    this.#sql.exec("UPDATE aliases SET shopper = ? WHERE shopper = ?", oneOffId(), user);
    this.#eraseTransfers(user);
    const only = new Set([user]);
    this.#journal.rewrite(JSON.stringify(user), ({ interactions, changes }) => ({
      interactions: interactions.map((one) => withoutShoppers(one, only)),
      changes: changes.map((one) => withoutShoppers(one, only)),
    }));
    return rows;
  }

  #eraseTransfers(user: string): void {
    const waiting = this.#sql
      .exec<{ sequence: number; value: string }>(SELECT_TRANSFERS_WITH, JSON.stringify(user))
      .toArray();
    for (const { sequence, value } of waiting) {
      const entries = (JSON.parse(value) as TotalsEntry[]).filter((entry) => entry.totals.shopper !== user);
      // An empty one still travels: numbers without a gap are easier to reason about.
      this.#sql.exec("UPDATE transfers SET value = ? WHERE sequence = ?", JSON.stringify(entries), sequence);
    }
  }
}
