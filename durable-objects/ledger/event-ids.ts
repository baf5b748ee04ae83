import { packByBytes } from "../../domain/ledger/packing.ts";
import { ID_TABLES, PACK_MAX_BYTES, WEEK_MILLISECONDS } from "../../domain/ledger/limits.ts";
import type { LedgerStateStore } from "./state.ts";

const TABLES = Array.from({ length: ID_TABLES }, (_, place) => `ids_${place}`);
const tableOf = (week: number): string => `ids_${week % ID_TABLES}`;

/** Ids of the events that were taken, in a table per week. */
export class EventIds {
  readonly #sql: SqlStorage;
  readonly #store: LedgerStateStore;

  constructor(sql: SqlStorage, store: LedgerStateStore) {
    this.#sql = sql;
    this.#store = store;
  }

  /**
   * Makes the table of this week the one that takes ids; the oldest goes.
   * @param now milliseconds since 1970 UTC
   * @returns true when a new week has begun
   */
  turn(now: number): boolean {
    const week = Math.floor(now / WEEK_MILLISECONDS);
    const before = this.#store.state.week;
    // A clock that goes back changes nothing: ids are kept longer, never shorter.
    if (before !== null && week <= before) return false;
    // In the very first week the tables may hold ids of an earlier version of this code: they stay.
    const first = before === null ? week + 1 : Math.max(before + 1, week - ID_TABLES + 1);
    for (let each = first; each <= week; each++) {
      this.#sql.exec(`DROP TABLE ${tableOf(each)}`);
      this.#sql.exec(`CREATE TABLE ${tableOf(each)} (event_id TEXT PRIMARY KEY) WITHOUT ROWID`);
    }
    this.#store.write({ week });
    return true;
  }

  /** Takes those ids that are new, and returns them. An id twice in the list counts once. */
  insert(ids: readonly string[]): Set<string> {
    const current = tableOf(this.#store.state.week ?? 0);
    const others = TABLES.filter((table) => table !== current);
    const unseen = others.map((table) => `NOT EXISTS (SELECT 1 FROM ${table} WHERE event_id = asked.value)`);
    const rows = this.#sql.exec<{ event_id: string }>(
      `INSERT INTO ${current} SELECT value FROM json_each(?) AS asked WHERE ${unseen.join(" AND ")}
       ON CONFLICT DO NOTHING RETURNING event_id`,
      JSON.stringify(ids),
    );
    return new Set(rows.toArray().map((row) => row.event_id));
  }

  /** Those of `ids` that were never taken, in the order asked. */
  missing(ids: readonly string[]): string[] {
    const unseen = TABLES.map((table) => `NOT EXISTS (SELECT 1 FROM ${table} WHERE event_id = asked.value)`);
    const select = `SELECT value AS event_id FROM json_each(?) AS asked WHERE ${unseen.join(" AND ")}`;
    return packByBytes(ids, PACK_MAX_BYTES).flatMap((pack) =>
      this.#sql
        .exec<{ event_id: string }>(select, JSON.stringify(pack))
        .toArray()
        .map((row) => row.event_id),
    );
  }
}
