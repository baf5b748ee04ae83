import type { ColumnKind } from "../../../../domain/sync/replica.ts";

/** What a column that holds one thing is called and what type it has. Points go up to 10; below COLUMN_POINTS_MIN is a no. */
export interface ColumnRule {
  readonly kinds: readonly ColumnKind[];
  /** The whole name, without the words of its own table, and its points. */
  readonly phrases: Readonly<Record<string, number>>;
  /** The last word of a longer name. */
  readonly heads?: Readonly<Record<string, number>>;
  /** A word that may stand among filling words only. */
  readonly among?: { readonly word: string; readonly fillers: readonly string[]; readonly points: number };
  /** Words that rule a column out. */
  readonly never?: readonly string[];
  /** True for amounts of money: their unit (cents, EUR) says nothing against them, as it does against all others. */
  readonly money?: true;
}

/** Words that may stand around `updated`, `deleted` or `cancelled`. */
export const TIME_FILLERS = [
  "last",
  "at",
  "am",
  "on",
  "date",
  "time",
  "timestamp",
  "row",
  "sys",
  "system",
  "utc",
  "ts",
  "is",
];
