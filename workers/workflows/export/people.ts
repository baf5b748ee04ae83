import type { FeatureValue } from "../../../domain/catalogue/records.ts";
import { toCell } from "../../../domain/exports/columns.ts";
import type { History, RecordState, UserState } from "../../../domain/exports/history.ts";
import type { ExportColumn } from "../../../domain/exports/manifest.ts";
import { stateForTraining } from "../../../domain/exports/point-in-time.ts";
import { erasedAmong } from "../../../platform/d1/erased-user-store.ts";
import { readUserHistories } from "../../../platform/d1/versions/user-states.ts";
import { pseudonymizer } from "../../../platform/pseudonym.ts";
import { dataSecret } from "../../../platform/quarantine/seal.ts";
import type { ExportContext } from "./context.ts";

const USER_PREFIX = "u:";

/** A user's value under a column of ours. */
export function userCell({ type, feature }: ExportColumn, user: UserState): FeatureValue {
  return feature === undefined ? user.country : toCell(type, user.features[feature]);
}

/** What a row of `training` says of its user. */
export interface ShownUser {
  /** Milliseconds since 1970 UTC; null: for as long as is known, or not known at all. */
  readonly knownSince: number | null;
  /** In the order of the users' columns; null of a user of whom nothing is known. */
  readonly cells: readonly FeatureValue[] | null;
}

/** How users are called in an export. */
export function userNames({ env, userIds }: Pick<ExportContext, "env" | "userIds">): {
  readonly pseudonymOf: (userId: string) => string;
  readonly nameOf: (userId: string) => string;
} {
  const pseudonym = pseudonymizer(dataSecret(env));
  const pseudonymOf = (userId: string): string => pseudonym(USER_PREFIX + userId);
  return { pseudonymOf, nameOf: userIds === "raw" ? (userId) => userId : pseudonymOf };
}

const NOT_KNOWN: ShownUser = { knownSince: null, cells: null };

/** One user, with what is known of them. A user's rows follow each other: what is made for one serves the next. */
export class Person {
  /** What the export calls the user. */
  readonly name: string;
  /** True of a user who was erased, or whom the source deleted. */
  readonly isGone: boolean;
  readonly #history: History<UserState> | null;
  readonly #columns: readonly ExportColumn[];
  #state: RecordState<UserState> | null = null;
  #shown = NOT_KNOWN;

  constructor(
    name: string,
    isGone: boolean,
    history: History<UserState> | undefined,
    columns: readonly ExportColumn[],
  ) {
    this.name = name;
    this.isGone = isGone;
    this.#history = history ?? null;
    this.#columns = columns;
  }

  /** The user as a row shows it. @param at time of the row's last interaction, milliseconds since 1970 UTC */
  shownAt(at: number | null): ShownUser {
    const state = this.#history === null ? null : stateForTraining(this.#history, at);
    if (state === this.#state) return this.#shown;
    this.#state = state;
    const value = state?.value ?? null;
    this.#shown =
      state === null || value === null
        ? NOT_KNOWN
        : { knownSince: state.since, cells: this.#columns.map((column) => userCell(column, value)) };
    return this.#shown;
  }
}

/** Some users. */
export class People {
  readonly #columns: readonly ExportColumn[];
  readonly #names: ReadonlyMap<string, string>;
  readonly #gone: ReadonlySet<string>;
  readonly #histories: ReadonlyMap<string, History<UserState>>;

  private constructor(
    columns: readonly ExportColumn[],
    names: ReadonlyMap<string, string>,
    gone: ReadonlySet<string>,
    histories: ReadonlyMap<string, History<UserState>>,
  ) {
    this.#columns = columns;
    this.#names = names;
    this.#gone = gone;
    this.#histories = histories;
  }

  static async load(context: ExportContext, userIds: readonly string[]): Promise<People> {
    const { env, asOf, features } = context;
    const { pseudonymOf, nameOf } = userNames(context);
    const pseudonyms = new Map(userIds.map((userId) => [userId, pseudonymOf(userId)]));
    const [erased, { histories, gone }] = await Promise.all([
      erasedAmong(env.DB, [...pseudonyms.values()]),
      readUserHistories(env.DB, [...userIds], asOf),
    ]);
    return new People(
      features.users,
      context.userIds === "raw" ? new Map(userIds.map((userId) => [userId, nameOf(userId)])) : pseudonyms,
      new Set(userIds.filter((userId) => gone.has(userId) || erased.has(pseudonyms.get(userId) ?? ""))),
      histories,
    );
  }

  /** One of them. @throws Error for another */
  person(userId: string): Person {
    const name = this.#names.get(userId);
    if (name === undefined) throw new Error("A user was not asked for.");
    return new Person(name, this.#gone.has(userId), this.#histories.get(userId), this.#columns);
  }
}
