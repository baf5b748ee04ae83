import type { Interaction } from "../../domain/events/interaction.ts";
import { PACK_MAX_BYTES } from "../../domain/ledger/limits.ts";
import type { OrderChange } from "../../domain/ledger/order-change.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { ONE_OFF_PREFIX } from "../../domain/ledger/routing.ts";

/** Takes a JSON list of shoppers. */
const SELECT_ERASED =
  "SELECT erased.shopper FROM json_each(?) AS asked CROSS JOIN erased ON erased.shopper = asked.value";

/** An id that is nobody's, and never comes again. */
export function oneOffId(): string {
  return `${ONE_OFF_PREFIX}${crypto.randomUUID()}`;
}

/** Users who were forgotten: what still comes of them is nobody's. */
export class ErasedShoppers {
  readonly #sql: SqlStorage;
  /** Most shards have forgotten nobody, and need not look. */
  #any: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#any = sql.exec("SELECT 1 FROM erased LIMIT 1").toArray().length > 0;
  }

  /** Remembers for good that a user was forgotten. */
  remember(shopper: string, now: number): void {
    this.#sql.exec("INSERT INTO erased VALUES (?, ?) ON CONFLICT DO NOTHING", shopper, now);
    this.#any = true;
  }

  /** Those of some shoppers who were forgotten. */
  among(shoppers: Iterable<string>): ReadonlySet<string> {
    if (!this.#any) return new Set();
    const found = packByBytes([...new Set(shoppers)], PACK_MAX_BYTES).flatMap((pack) =>
      this.#sql.exec<{ shopper: string }>(SELECT_ERASED, JSON.stringify(pack)).toArray(),
    );
    return new Set(found.map((row) => row.shopper));
  }

  /** The same events, those of forgotten users under one-off ids. */
  withoutEvents(interactions: readonly Interaction[]): readonly Interaction[] {
    const erased = this.among(interactions.map((interaction) => interaction.shopper));
    return erased.size === 0 ? interactions : interactions.map((one) => withoutShoppers(one, erased));
  }

  /** The same order changes, those of forgotten users under one-off ids. */
  withoutChanges(changes: readonly OrderChange[]): readonly OrderChange[] {
    const erased = this.among(changes.map((change) => change.shopper));
    return erased.size === 0 ? changes : changes.map((one) => withoutShoppers(one, erased));
  }
}

/** The same, under a one-off id where it is one of these shoppers'. A visit would say whose it is, too. */
export function withoutShoppers<Entry extends Interaction | OrderChange>(
  entry: Entry,
  shoppers: ReadonlySet<string>,
): Entry {
  if (!shoppers.has(entry.shopper)) return entry;
  const left = { ...entry, shopper: oneOffId() };
  if ("session_id" in left) delete left.session_id;
  return left;
}
