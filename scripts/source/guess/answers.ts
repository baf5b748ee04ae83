/** What a guess wants to know of the data itself: bounded, and never about a person. */
export type Question =
  /** The different values of a column. */
  | { readonly kind: "values"; readonly table: string; readonly column: string }
  /** The least and the greatest number of a column. */
  | { readonly kind: "range"; readonly table: string; readonly column: string }
  /** How many of a column's JSON values are objects. */
  | { readonly kind: "objects"; readonly table: string; readonly column: string }
  /** How many of a column's values are addresses of their own. */
  | { readonly kind: "addresses"; readonly table: string; readonly column: string }
  /** The names that a small table gives to keys. */
  | { readonly kind: "labels"; readonly table: string; readonly column: string; readonly label: string };

/** Answers to questions. A question that was not asked, or could not be answered, has none. */
export interface Answers {
  /** The values; `all` is false where only a part of the table was looked at. Null when there are too many. */
  values(table: string, column: string): { readonly values: readonly string[]; readonly all: boolean } | null;
  range(table: string, column: string): { readonly least: number; readonly greatest: number } | null;
  objects(table: string, column: string): Share | null;
  addresses(table: string, column: string): Share | null;
  labels(table: string, column: string): readonly { readonly key: string; readonly label: string }[] | null;
}

/** How many of the rows that were looked at are so. */
export interface Share {
  readonly rows: number;
  readonly matching: number;
}

/** Nothing was asked. */
export const NO_ANSWERS: Answers = {
  values: () => null,
  range: () => null,
  objects: () => null,
  addresses: () => null,
  labels: () => null,
};
