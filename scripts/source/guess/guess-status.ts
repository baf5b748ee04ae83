import type { Answers } from "./answers.ts";
import { type Finding, found, notFound } from "./finding.ts";
import { byName } from "./guess-column.ts";
import { keysOf } from "./keys.ts";
import type { NamedColumn, NamedTable } from "./named-tables.ts";
import { rankColumns } from "./rank-columns.ts";
import { referencesTo } from "./references.ts";
import { NAME } from "./rules/item-rules.ts";
import { STATUS } from "./rules/order-rules.ts";

/** Columns that may be a status and are asked for their values. */
const CANDIDATES_MAX = 3;
/** A status with a cancelled value is worth more than one whose name fits better. */
const CANCELLED_POINTS = 4;

const CANCELLED =
  /cancel|refund|\bvoid|charged? ?back|declin|reject|fail|abandon|expired|revers|stornier|storno|annull/;
/** Not yet, or not wholly: the order counts until it is. */
const NOT_YET = /partial|pending|request|\bnot\b|\bun|\bto be\b/;

/** Whether a status says that the order does not count. */
export function isCancelled(value: string): boolean {
  const words = value
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, " ");
  return CANCELLED.test(words) && !NOT_YET.test(words);
}

/** A table that names the values of a status column. */
export interface StatusNames {
  readonly table: string;
  readonly key: string;
  readonly label: string;
}

/** The columns that may be the status of an order, best name first. */
export function statusCandidates(orders: NamedTable, own: ReadonlySet<string>): NamedColumn[] {
  return rankColumns(orders, STATUS, own)
    .slice(0, CANDIDATES_MAX)
    .map(({ column }) => column);
}

/** Where a status is a key: the table that says what it means. */
export function statusNames(
  orders: NamedTable,
  column: NamedColumn,
  tables: readonly NamedTable[],
): StatusNames | null {
  for (const table of tables) {
    if (!table.words.some((word) => word === "status" || word === "state")) continue;
    const [key] = keysOf(table);
    const [label] = rankColumns(table, NAME, new Set(table.words));
    if (key === undefined || label === undefined || label.column.name === key.column) continue;
    const refers = referencesTo(orders, table, key.column).some((reference) => reference.column === column.name);
    if (refers) return { table: table.name, key: key.column, label: label.column.name };
  }
  return null;
}

interface Seen {
  readonly column: NamedColumn;
  readonly cancelled: readonly string[];
  readonly others: readonly string[];
  readonly why: string;
}

function look(orders: NamedTable, column: NamedColumn, tables: readonly NamedTable[], answers: Answers): Seen {
  const names = statusNames(orders, column, tables);
  const labels = names === null ? null : answers.labels(names.table, names.key);
  if (names !== null && labels !== null) {
    const isOff = ({ label }: { readonly label: string }): boolean => isCancelled(label);
    const off = labels.filter(isOff);
    const said = off.map(({ key, label }) => `${key} is "${label}"`).join(", ");
    return {
      column,
      cancelled: off.map(({ key }) => key),
      others: labels.filter((label) => !isOff(label)).map(({ key, label }) => `${key} "${label}"`),
      why: `the names of ${names.table} say so: ${said}`,
    };
  }
  const answer = answers.values(orders.name, column.name);
  const values = column.values ?? answer?.values ?? [];
  const part = column.values !== null || answer?.all !== false ? "" : " among the first and last orders";
  return {
    column,
    cancelled: values.filter(isCancelled),
    others: values.filter((value) => !isCancelled(value)),
    why: `found${part} by their meaning`,
  };
}

/** The options `status` and `cancelled`: the column, and those of its values that mean that an order does not count. */
export function guessStatus(
  orders: NamedTable,
  own: ReadonlySet<string>,
  tables: readonly NamedTable[],
  answers: Answers,
): Finding[] {
  const ranked = statusCandidates(orders, own)
    .map((column, place) => ({ seen: look(orders, column, tables, answers), place }))
    .map(({ seen, place }) => ({ seen, points: (seen.cancelled.length > 0 ? CANCELLED_POINTS : 0) - place }))
    .toSorted((a, b) => b.points - a.points);
  const best = ranked[0]?.seen;
  if (best === undefined) {
    return [notFound("status", "fill in the column that says whether an order was cancelled, if there is one")];
  }
  const or = ranked.slice(1).map(({ seen }) => seen.column.name);
  const status = found("status", best.column.name, byName(best.column), or);
  const others = best.others.length === 0 ? "" : `; the others: ${best.others.join(", ")}`;
  if (best.cancelled.length === 0) {
    return [status, notFound("cancelled", `name the values that mean that an order does not count${others}`)];
  }
  return [status, found("cancelled", best.cancelled, `${best.why}${others}`)];
}
