import type { FeatureValue } from "../../../domain/catalogue/records.ts";
import { toCell } from "../../../domain/exports/columns.ts";
import type { History, UserState } from "../../../domain/exports/history.ts";
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
  pseudonymOf(userId: string): string;
  nameOf(userId: string): string;
} {
  const pseudonym = pseudonymizer(dataSecret(env));
  const pseudonymOf = (userId: string): string => pseudonym(USER_PREFIX + userId);
  return { pseudonymOf, nameOf: userIds === "raw" ? (userId) => userId : pseudonymOf };
}

/** Some users, with what is known of them. */
export class People {
  readonly #columns: readonly ExportColumn[];
  readonly #names: ReadonlyMap<string, string>;
  readonly #gone: ReadonlySet<string>;
  readonly #histories: ReadonlyMap<string, History<UserState>>;
  // A user's rows follow each other: what was made for one serves the next.
  readonly #shown = new Map<string, ShownUser>();

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
    const erased = await erasedAmong(env.DB, [...pseudonyms.values()]);
    const { histories, gone } = await readUserHistories(env.DB, [...userIds], asOf);
    return new People(
      features.users,
      context.userIds === "raw" ? new Map(userIds.map((userId) => [userId, nameOf(userId)])) : pseudonyms,
      new Set(userIds.filter((userId) => gone.has(userId) || erased.has(pseudonyms.get(userId) ?? ""))),
      histories,
    );
  }

  /** True of a user who was erased, or whom the source deleted. */
  isGone(userId: string): boolean {
    return this.#gone.has(userId);
  }

  /** What the export calls the user. */
  nameOf(userId: string): string {
    const name = this.#names.get(userId);
    if (name === undefined) throw new Error("A user was not asked for.");
    return name;
  }

  /** The user as a row shows it. @param at time of the row's last interaction, milliseconds since 1970 UTC */
  shownAt(userId: string, at: number | null): ShownUser {
    const history = this.#histories.get(userId);
    const state = history === undefined ? null : stateForTraining(history, at);
    if (state === null || state.value === null) return { knownSince: null, cells: null };
    const key = `${state.since ?? ""} ${userId}`;
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const { value } = state;
    const shown = { knownSince: state.since, cells: this.#columns.map((column) => userCell(column, value)) };
    this.#shown.set(key, shown);
    return shown;
  }
}
