import { type Finding, found, notFound, required } from "./finding.ts";
import type { NamedColumn, NamedTable } from "./named-tables.ts";
import { misfits, rankColumns, runnersUp } from "./rank-columns.ts";
import type { Reference } from "./references.ts";
import type { ColumnRule } from "./rules/column-rule.ts";

/** The best column for a rule with its reason, or what to fill in. */
export interface ColumnGuess {
  readonly column: NamedColumn | null;
  readonly why: string;
  readonly or: readonly string[];
}

/** Options of {@link guessColumn}. */
export interface ColumnQuestion {
  readonly table: NamedTable;
  readonly rule: ColumnRule;
  readonly own: ReadonlySet<string>;
  /** What the column holds, for the sentence that says what to fill in: "the item's name". */
  readonly what: string;
  /** Columns that are something else already. */
  readonly taken?: ReadonlySet<string>;
  /** Where it stands instead, when the table lacks it: the ending of a sentence. */
  readonly elsewhere?: () => string;
}

/** The usual reason: what the column is called, and what type it has. */
export function byName({ declared, nullable }: NamedColumn): string {
  return `by its name; ${declared}${nullable ? ", may be NULL" : ""}`;
}

/** Finds the column that fits a rule best. */
export function guessColumn({
  table,
  rule,
  own,
  what,
  taken = new Set(),
  elsewhere = () => "",
}: ColumnQuestion): ColumnGuess {
  const ranked = rankColumns(table, rule, own).filter(({ column }) => !taken.has(column.name));
  const best = ranked[0]?.column ?? null;
  if (best !== null) return { column: best, why: byName(best), or: runnersUp(ranked) };
  const near = misfits(table, rule, own);
  const hint = near.length === 0 ? "" : ` (${near.join(", ")}, which does not fit)`;
  return {
    column: null,
    why: `fill in the column with ${what}; no column of ${table.name} is named like that${hint}${elsewhere()}`,
    or: [],
  };
}

/** A guess as an option of the configuration. */
export function asFinding(name: string, guess: ColumnGuess): Finding {
  return guess.column === null ? notFound(name, guess.why) : found(name, guess.column.name, guess.why, guess.or);
}

/** A guess as an option that must be there. */
export function asRequired(name: string, guess: ColumnGuess): Finding {
  return required(asFinding(name, guess));
}

/** A column that refers to another entity. Rows where it is NULL belong to nobody. */
export function referenceFinding(name: string, table: NamedTable, { column, why }: Reference): Finding {
  const nullable = table.columns.find((candidate) => candidate.name === column)?.nullable === true;
  return required(found(name, column, `${why}${nullable ? "; rows where it is NULL are set aside" : ""}`));
}
