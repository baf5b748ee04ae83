import type { Database } from "./database.ts";
import { type Answers, NO_ANSWERS, type Question } from "./guess/answers.ts";
import { chooseTables } from "./guess/choose-tables.ts";
import { type EntityGuess, type Finding, missingOf } from "./guess/finding.ts";
import { guessItems, noItems } from "./guess/guess-items.ts";
import { guessOrders, noOrders } from "./guess/guess-orders.ts";
import { guessRatings, noRatings } from "./guess/guess-ratings.ts";
import { guessShop } from "./guess/guess-shop.ts";
import { guessUsers, noUsers } from "./guess/guess-users.ts";
import { nameTables } from "./guess/named-tables.ts";
import { questionsAbout } from "./guess/questions.ts";

/** An entity that a shop may be without: what was found of it, or why it was not. */
export type OptionalEntity =
  | { readonly kind: "found"; readonly guess: EntityGuess }
  | { readonly kind: "absent"; readonly why: string };

/** A required part of the configuration that was not found. */
export interface Missing {
  /** Where it stands in the configuration: `source.items.price`. */
  readonly path: string;
  /** What to fill in. */
  readonly why: string;
}

/** All that was found out about a database. */
export interface Guess {
  readonly shop: readonly Finding[];
  readonly users: EntityGuess;
  readonly items: EntityGuess;
  readonly orders: OptionalEntity;
  readonly ratings: OptionalEntity;
  /** What a configuration cannot do without; empty when it is complete. */
  readonly missing: readonly Missing[];
}

/** What should be asked of the data before the guess is made. */
export function questionsOf(database: Database): Question[] {
  const tables = nameTables(database);
  return questionsAbout(chooseTables(tables), tables);
}

function missingIn({ entity, findings }: EntityGuess): Missing[] {
  return missingOf(findings).map(({ path, why }) => ({ path: `source.${entity}.${path}`, why }));
}

/** Whether an entity can be read as it was found. */
export function isComplete({ findings }: EntityGuess): boolean {
  return missingOf(findings).length === 0;
}

/**
 * Guesses how a database is to be configured, from names, types, keys, references and row counts.
 * @param answers what the data says about {@link questionsOf}
 */
export function guessConfiguration(database: Database, answers: Answers = NO_ANSWERS): Guess {
  const tables = nameTables(database);
  const chosen = chooseTables(tables);
  const users = chosen.users === null ? noUsers(chosen.nearUsers) : guessUsers(chosen.users);
  const others = [chosen.users?.table, chosen.orders?.table, chosen.orders?.lines, chosen.ratings?.table];
  const rest = tables.filter((table) => !others.includes(table));
  const items = chosen.items === null ? noItems(chosen.nearItems) : guessItems(rest, chosen.items, answers);
  return {
    shop: guessShop(database, chosen, answers),
    users,
    items,
    orders:
      chosen.orders === null
        ? { kind: "absent", why: noOrders(chosen.nearOrders) }
        : { kind: "found", guess: guessOrders(tables, chosen.orders, answers) },
    ratings:
      chosen.ratings === null
        ? { kind: "absent", why: noRatings(chosen.nearRatings) }
        : { kind: "found", guess: guessRatings(chosen.ratings, answers) },
    missing: [...missingIn(users), ...missingIn(items)],
  };
}
