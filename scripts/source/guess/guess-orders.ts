import type { Answers } from "./answers.ts";
import type { ChosenOrders } from "./choose-tables.ts";
import { type EntityGuess, type Finding, found, group, required } from "./finding.ts";
import { guessChange } from "./guess-change.ts";
import { asFinding, asRequired, guessColumn, referenceFinding } from "./guess-column.ts";
import { keyFinding } from "./guess-key.ts";
import { priceFinding } from "./guess-price.ts";
import { guessStatus } from "./guess-status.ts";
import type { NamedTable } from "./named-tables.ts";
import { CANCELLED, LINE_PRICE, ORDER_TIME, QUANTITY } from "./rules/order-rules.ts";
import { DELETED } from "./rules/row-rules.ts";
import { ownWords, type TableScore } from "./score-table.ts";

/** What marks an order as gone: its deletion, or where there is none the time or truth of its cancellation. */
function goneFinding(table: NamedTable, own: ReadonlySet<string>): Finding[] {
  const deleted = guessColumn({ table, rule: DELETED, own, what: "the deletion" });
  if (deleted.column !== null) return [asFinding("deleted", deleted)];
  const cancelled = guessColumn({ table, rule: CANCELLED, own, what: "the cancellation" });
  if (cancelled.column === null) return [];
  return [found("deleted", cancelled.column.name, "a cancelled order counts as gone")];
}

function linesFinding(chosen: ChosenOrders): Finding {
  const { lines } = chosen;
  const own = ownWords(lines, "lines");
  const quantity = guessColumn({ table: lines, rule: QUANTITY, own, what: "the number of pieces" });
  const price = guessColumn({
    table: lines,
    rule: LINE_PRICE,
    own,
    what: "the price of one piece (not of the whole line)",
    taken: new Set(quantity.column === null ? [] : [quantity.column.name]),
  });
  return group("lines", chosen.linesReasons.join("; "), [
    required(found("table", lines.name, chosen.linesReasons.join("; "))),
    referenceFinding("order", lines, chosen.lineOrder),
    referenceFinding("item", lines, chosen.lineItem),
    asRequired("quantity", quantity),
    priceFinding(price),
  ]);
}

/** The orders' part of the configuration. */
export function guessOrders(tables: readonly NamedTable[], chosen: ChosenOrders, answers: Answers): EntityGuess {
  const { table } = chosen;
  const own = ownWords(table, "orders");
  const time = guessColumn({ table, rule: ORDER_TIME, own, what: "the time of the order" });
  const change = guessChange(table, own);
  const notes =
    change.column === null || chosen.lines === table
      ? []
      : [`A change of ${chosen.lines.name} alone is found late, by checksum, unless it also sets ${change.column}.`];
  const why = chosen.reasons.join("; ");
  return {
    entity: "orders",
    findings: [
      required(found("table", table.name, why, chosen.or)),
      keyFinding(table, chosen.key, "order"),
      referenceFinding("user", table, chosen.user),
      asRequired("time", time),
      ...guessStatus(table, own, tables, answers),
      ...goneFinding(table, own),
      change.finding,
      linesFinding(chosen),
    ],
    notes,
    tables: [
      { name: table.name, is: "orders", why },
      ...(chosen.lines === table
        ? []
        : [{ name: chosen.lines.name, is: "lines of orders", why: chosen.linesReasons.join("; ") }]),
    ],
  };
}

/** Why there are no orders in the configuration. */
export function noOrders(near: TableScore | null): string {
  if (near === null) return "no table looks like orders";
  return `${near.table.name} looks like orders, but not all that belongs to them was found: a column with the user, and lines with order and item`;
}
