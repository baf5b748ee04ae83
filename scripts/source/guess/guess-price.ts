import { type Finding, found, notFound, required } from "./finding.ts";
import type { ColumnGuess } from "./guess-column.ts";
import { divisorOf } from "./money.ts";

/** A price as the configuration writes it: with a divisor where the column holds cents. */
export function priceFinding(guess: ColumnGuess): Finding {
  if (guess.column === null) return required(notFound("price", guess.why));
  const { column } = guess;
  const divisor = divisorOf(column);
  if (divisor !== 1) {
    const why = `by its name: whole numbers in hundredths; ${column.declared}`;
    return required(found("price", { column: column.name, divisor }, why, guess.or));
  }
  const doubt = column.integer ? ": if these are cents, write { column, divisor: 100 }" : "";
  return required(found("price", column.name, `${guess.why}${doubt}`, guess.or));
}
