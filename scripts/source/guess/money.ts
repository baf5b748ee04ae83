import type { NamedColumn } from "./named-tables.ts";

const MINOR_UNITS: ReadonlySet<string> = new Set(["cent", "minor", "penny", "pence"]);
/** How many minor units make a unit, in nearly every currency. */
const CENTS = 100;
const CURRENCIES: ReadonlySet<string> = new Set(
  "aud brl cad chf cny czk dkk eur gbp huf inr jpy mxn nok nzd pln sek sgd try usd zar".split(" "),
);

function isUnit(word: string | undefined): boolean {
  return word !== undefined && (MINOR_UNITS.has(word) || CURRENCIES.has(word));
}

/** Whether a name says that the column holds money. */
export function namesMoneyUnit({ words }: NamedColumn): boolean {
  return words.some(isUnit);
}

/** A name without the unit that its amounts are in: `price_in_cents`, `amount_minor` and `price_eur`. */
export function withoutMoneyUnit(words: readonly string[]): readonly string[] {
  return words.filter((word, place) => {
    if (isUnit(word)) return false;
    const belongs = word === "in" ? words[place + 1] : word === "unit" ? words[place - 1] : undefined;
    return !isUnit(belongs);
  });
}

/** By how much the amounts of a column are to be divided: 100 where its name says cents and it holds whole numbers. */
export function divisorOf(column: NamedColumn): number {
  return column.integer && column.words.some((word) => MINOR_UNITS.has(word)) ? CENTS : 1;
}

/** The currency that a column's name tells (`price_eur`), as ISO 4217 writes it. */
export function currencyInName(column: NamedColumn): string | null {
  return column.words.find((word) => CURRENCIES.has(word))?.toUpperCase() ?? null;
}
