import type { Interaction } from "../../domain/events/interaction.ts";
import { shardOf } from "../../domain/hash.ts";
import {
  ANONYMOUS_TOTALS_MILLISECONDS,
  PACK_MAX_BYTES,
  SWEEP_ROWS,
  TRANSFERS_PER_CALL_MAX,
} from "../../domain/ledger/limits.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { ONE_OFF_PREFIX } from "../../domain/ledger/routing.ts";
import type { Totals } from "../../domain/ledger/totals.ts";
import type { ErasedShoppers } from "./erased-shoppers.ts";
import type { LedgerStateStore } from "./state.ts";
import { ADD_TOTALS, addedTotals, SELECT_ALIASES, SELECT_TOTALS } from "./statements.ts";

const CLIENT_PREFIX = "c:";
/** The first text after all that begin with {@link CLIENT_PREFIX}. */
const AFTER_CLIENTS = "c;";

/** Something to add to a shopper's totals. */
export interface TotalsEntry {
  /** When we received what it comes from, milliseconds since 1970 UTC: says whose it is if the client signs in. */
  readonly as_of: number;
  readonly totals: Totals;
}

/** A numbered message to another shard. */
export interface Transfer {
  readonly sequence: number;
  readonly entries: readonly TotalsEntry[];
}

/** Totals of this shard's shoppers, and the way to those of others. */
export class ShopperTotals {
  readonly #sql: SqlStorage;
  readonly #store: LedgerStateStore;
  readonly #erased: ErasedShoppers;
  readonly #shard: number;

  constructor(sql: SqlStorage, store: LedgerStateStore, erased: ErasedShoppers, shard: number) {
    this.#sql = sql;
    this.#store = store;
    this.#erased = erased;
    this.#shard = shard;
  }

  read(shopper: string): Totals[] {
    return this.#sql.exec<Totals & Record<string, SqlStorageValue>>(SELECT_TOTALS, shopper).toArray();
  }

  /**
   * Adds what is this shard's, forwards what is a user's by now, and leaves the rest for the shards that it belongs to.
   * What is nobody's, or of a user who was forgotten, goes nowhere.
   * @param now milliseconds since 1970 UTC
   */
  deliver(entries: readonly TotalsEntry[], now: number): void {
    const shards = this.#store.state.shards ?? 1;
    const userOf = this.#aliasesOf(entries.map((entry) => entry.totals.shopper));
    const resolved = entries
      .map((entry) => ({ entry, user: userOf(entry.totals.shopper, entry.as_of) }))
      .filter(({ user }) => !user.startsWith(ONE_OFF_PREFIX));
    const erased = this.#erased.among(resolved.map(({ user }) => user));
    const own: Totals[] = [];
    const away = new Map<number, TotalsEntry[]>();
    for (const { entry, user } of resolved) {
      if (erased.has(user)) continue;
      const target = shardOf(user, shards);
      const totals = { ...entry.totals, shopper: user };
      if (target === this.#shard) own.push(totals);
      else {
        const waiting = away.get(target) ?? [];
        away.set(target, waiting);
        waiting.push({ ...entry, totals });
      }
    }
    const stamp = this.#store.stamp(now);
    for (const pack of packByBytes(own.map(addedTotals), PACK_MAX_BYTES)) {
      this.#sql.exec(ADD_TOTALS, JSON.stringify(pack), stamp);
    }
    for (const [target, waiting] of away) {
      for (const pack of packByBytes(waiting, PACK_MAX_BYTES)) {
        this.#sql.exec("INSERT INTO transfers (target, value) VALUES (?, ?)", target, JSON.stringify(pack));
      }
    }
  }

  /** Those of some interactions that are not a user's by now, or nobody's, because their client signed in. */
  stillOwn(interactions: readonly Interaction[]): readonly Interaction[] {
    const userOf = this.#aliasesOf(interactions.map((one) => one.shopper));
    return interactions.filter(({ shopper, received_at }) => userOf(shopper, received_at) === shopper);
  }

  /**
   * What an anonymous client did and we received up to `upto` is the user's from now on.
   * @param now milliseconds since 1970 UTC
   */
  signIn(client: string, user: string, upto: number, now: number): void {
    this.#sql.exec("INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT DO NOTHING", client, upto, user);
    const before = this.read(client);
    if (before.length === 0) return;
    this.#sql.exec("DELETE FROM totals WHERE shopper = ?", client);
    const moved = before.map((totals) => ({ as_of: upto, totals: { ...totals, shopper: user } }));
    this.deliver(moved, now);
  }

  /** Takes those transfers of another shard that are new. They come in order. @param now milliseconds since 1970 UTC */
  receive(source: number, transfers: readonly Transfer[], now: number): void {
    const [row] = this.#sql
      .exec<{ sequence: number }>("SELECT sequence FROM received WHERE source = ?", source)
      .toArray();
    const last = row?.sequence ?? 0;
    const fresh = transfers.filter((transfer) => transfer.sequence > last);
    const newest = fresh.at(-1);
    if (newest === undefined) return;
    this.deliver(
      fresh.flatMap((transfer) => transfer.entries),
      now,
    );
    this.#sql.exec(
      "INSERT INTO received VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET sequence = excluded.sequence",
      source,
      newest.sequence,
    );
  }

  /** How many transfers wait. */
  get waiting(): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM transfers").one().n;
  }

  /** The shards that something waits for. */
  targets(): number[] {
    return this.#sql
      .exec<{ target: number }>("SELECT DISTINCT target FROM transfers ORDER BY target")
      .toArray()
      .map((row) => row.target);
  }

  /** The oldest transfers to a shard, in order. */
  transfersTo(target: number): Transfer[] {
    return this.#sql
      .exec<{ sequence: number; value: string }>(
        "SELECT sequence, value FROM transfers WHERE target = ? ORDER BY sequence LIMIT ?",
        target,
        TRANSFERS_PER_CALL_MAX,
      )
      .toArray()
      .map(({ sequence, value }) => ({ sequence, entries: JSON.parse(value) as TotalsEntry[] }));
  }

  /** The shard has these transfers. */
  forgetTransfers(target: number, upto: number): void {
    this.#sql.exec("DELETE FROM transfers WHERE target = ? AND sequence <= ?", target, upto);
  }

  /** Begins to look for anonymous shoppers of whom nothing was heard for long. */
  beginSweep(): void {
    this.#store.write({ sweep: { shopper: CLIENT_PREFIX, item_id: "" } });
  }

  /** Looks at some rows more, and forgets what is old. @param now milliseconds since 1970 UTC */
  sweep(now: number): void {
    const from = this.#store.state.sweep;
    if (from === null) return;
    const rows = this.#sql
      .exec<{ shopper: string; item_id: string; last_at: number }>(
        `SELECT shopper, item_id, last_at FROM totals
         WHERE (shopper, item_id) > (?, ?) AND shopper < ? ORDER BY shopper, item_id LIMIT ?`,
        from.shopper,
        from.item_id,
        AFTER_CLIENTS,
        SWEEP_ROWS,
      )
      .toArray();
    const old = rows.filter((row) => row.last_at < now - ANONYMOUS_TOTALS_MILLISECONDS);
    if (old.length > 0) {
      this.#sql.exec(
        "DELETE FROM totals WHERE (shopper, item_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        JSON.stringify(old.map((row) => [row.shopper, row.item_id])),
      );
    }
    const last = rows.at(-1);
    const done = last === undefined || rows.length < SWEEP_ROWS;
    this.#store.write({ sweep: done ? null : { shopper: last.shopper, item_id: last.item_id } });
  }

  #aliasesOf(shoppers: readonly string[]): (shopper: string, asOf: number) => string {
    const clients = new Set(shoppers.filter((shopper) => shopper.startsWith(CLIENT_PREFIX)));
    if (clients.size === 0) return (shopper) => shopper;
    const rows = packByBytes([...clients], PACK_MAX_BYTES).flatMap((pack) =>
      this.#sql.exec<{ client: string; upto: number; shopper: string }>(SELECT_ALIASES, JSON.stringify(pack)).toArray(),
    );
    if (rows.length === 0) return (shopper) => shopper;
    return (shopper, asOf) => rows.find((alias) => alias.client === shopper && asOf <= alias.upto)?.shopper ?? shopper;
  }
}
