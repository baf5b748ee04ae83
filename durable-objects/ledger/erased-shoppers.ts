import type { Interaction } from "../../domain/events/interaction.ts";
import { PACK_MAX_BYTES } from "../../domain/ledger/limits.ts";
import type { OrderChange } from "../../domain/ledger/order-change.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { ONE_OFF_PREFIX, signedInClient, USER_PREFIX } from "../../domain/ledger/routing.ts";

/** Takes a JSON list of pseudonyms. */
const SELECT_ERASED =
  "SELECT erased.pseudonym FROM json_each(?) AS asked CROSS JOIN erased ON erased.pseudonym = asked.value";

/** Users whose pseudonyms are remembered: an append asks for each several times, and the next one for many again. */
const REMEMBERED_PSEUDONYMS_MAX = 10_000;

/** An id that is nobody's, and never comes again. */
export function oneOffId(): string {
  return `${ONE_OFF_PREFIX}${crypto.randomUUID()}`;
}

/**
 * Users who were forgotten: what still comes of them is nobody's. They are known by the pseudonym that the lake gave
 * them, so that nothing that is kept names them.
 */
export class ErasedShoppers {
  readonly #sql: SqlStorage;
  readonly #openPseudonyms: () => (id: string) => string;
  /** Most shards have forgotten nobody, and need neither look, nor compute a pseudonym, nor have a secret. */
  #any: boolean;
  readonly #pseudonyms = new Map<string, string>();

  /** @param openPseudonyms gives the deployment's pseudonymizer; throws for a deployment without a secret */
  constructor(sql: SqlStorage, openPseudonyms: () => (id: string) => string) {
    this.#sql = sql;
    this.#openPseudonyms = openPseudonyms;
    this.#any = sql.exec("SELECT 1 FROM erased LIMIT 1").toArray().length > 0;
  }

  /** Remembers for good that a user was forgotten. @throws Error for a deployment without a secret */
  remember(user: string, now: number): void {
    this.#sql.exec("INSERT INTO erased VALUES (?, ?) ON CONFLICT DO NOTHING", this.#openPseudonyms()(user), now);
    this.#any = true;
  }

  /**
   * Those of some shoppers who were forgotten.
   * @throws Error when users were forgotten and the secret is gone: nobody could tell any more whom to keep out
   */
  among(shoppers: Iterable<string>): ReadonlySet<string> {
    if (!this.#any) return new Set();
    // Only users are ever forgotten: browsers and one-off ids cost no pseudonym.
    const users = [...new Set(shoppers)].filter((shopper) => shopper.startsWith(USER_PREFIX));
    if (users.length === 0) return new Set();
    const userOf = this.#byPseudonym(users);
    const found = packByBytes([...userOf.keys()], PACK_MAX_BYTES).flatMap((pack) =>
      this.#sql.exec<{ pseudonym: string }>(SELECT_ERASED, JSON.stringify(pack)).toArray(),
    );
    return new Set(found.flatMap((row) => userOf.get(row.pseudonym) ?? []));
  }

  #byPseudonym(users: readonly string[]): Map<string, string> {
    const pseudonym = this.#openPseudonyms();
    if (this.#pseudonyms.size > REMEMBERED_PSEUDONYMS_MAX) this.#pseudonyms.clear();
    return new Map(
      users.map((user) => {
        const known = this.#pseudonyms.get(user) ?? pseudonym(user);
        this.#pseudonyms.set(user, known);
        return [known, user];
      }),
    );
  }

  /** The same events, those of forgotten users under one-off ids. */
  withoutEvents(interactions: readonly Interaction[]): readonly Interaction[] {
    const erased = this.among(interactions.map((interaction) => interaction.shopper));
    if (erased.size === 0) return interactions;
    return interactions.map((one) => {
      const left = withoutShoppers(one, erased);
      const client = left === one ? null : signedInClient(one);
      // An append has yet to note that what this browser did is nobody's.
      return client === null ? left : { ...left, params: { client } };
    });
  }

  /** The same order changes, those of forgotten users under one-off ids. */
  withoutChanges(changes: readonly OrderChange[]): readonly OrderChange[] {
    const erased = this.among(changes.map((change) => change.shopper));
    return erased.size === 0 ? changes : changes.map((one) => withoutShoppers(one, erased));
  }
}

/** What orders and totals are counted by. */
function countedParams({ transaction_id, currency, rating }: Interaction["params"]): Interaction["params"] {
  return {
    ...(typeof transaction_id === "string" ? { transaction_id } : {}),
    ...(typeof currency === "string" ? { currency } : {}),
    ...(typeof rating === "number" ? { rating } : {}),
  };
}

/**
 * The same, under a one-off id where it is one of these shoppers'. A visit would say whose it is, too, and so may what
 * they typed: of an event's params those are left that count, as in the lake's rows (domain/erasure/lake-columns.ts).
 */
export function withoutShoppers<Entry extends Interaction | OrderChange>(
  entry: Entry,
  shoppers: ReadonlySet<string>,
): Entry {
  if (!shoppers.has(entry.shopper)) return entry;
  const left = { ...entry, shopper: oneOffId() };
  if ("session_id" in left) delete left.session_id;
  if ("params" in left) left.params = countedParams(left.params);
  return left;
}
