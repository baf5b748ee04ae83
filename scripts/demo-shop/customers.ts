import { type City, COUNTRIES, type Country } from "./countries.ts";
import { between, cumulate, drawIndex, fillPattern, pick, type Random } from "./draw.ts";
import type { CustomerRow } from "./rows.ts";

const CUSTOMER_NUMBER_FIRST = 1_001;
const CREDIT_LIMIT_MIN = 8_000;
const CREDIT_LIMIT_MAX = 200_000;
const CREDIT_LIMIT_STEP = 100;
/** Of this many customers one pays in advance: no credit. */
const NO_CREDIT_ONE_IN = 25;
const SECOND_ADDRESS_LINE_ONE_IN = 6;
const SALES_REPRESENTATIVES = 15;
const SALES_REPRESENTATIVE_FIRST = 1_101;

/** A customer and what the generator knows beside the row. */
export interface MadeCustomer {
  readonly row: CustomerRow;
  readonly country: Country;
  readonly city: City;
}

const countryTotals = cumulate(COUNTRIES.map(({ weight }) => weight));

function makeCustomer(random: Random, position: number): MadeCustomer {
  const country = COUNTRIES[drawIndex(random, countryTotals)];
  if (country === undefined) throw new RangeError("There are no countries to draw from.");
  const city = pick(random, country.cities);
  const fill = (pattern: string): string =>
    pattern
      .replace("{name}", () => pick(random, country.lastNames))
      .replace("{city}", city.name)
      .replace("{number}", () => String(between(random, 1, 180)));
  const credit = CREDIT_LIMIT_MIN + (CREDIT_LIMIT_MAX - CREDIT_LIMIT_MIN) * random() ** 1.4;
  return {
    country,
    city,
    row: {
      customerNumber: CUSTOMER_NUMBER_FIRST + position,
      customerName: fill(pick(random, country.companies)),
      contactLastName: pick(random, country.lastNames),
      contactFirstName: pick(random, country.firstNames),
      phone: fillPattern(random, country.phone),
      addressLine1: fill(country.street),
      addressLine2: between(random, 1, SECOND_ADDRESS_LINE_ONE_IN) === 1 ? `Level ${between(random, 1, 9)}` : null,
      city: city.name,
      state: city.state,
      postalCode: fillPattern(random, city.postalCode),
      country: country.name,
      salesRepEmployeeNumber: SALES_REPRESENTATIVE_FIRST + between(random, 0, SALES_REPRESENTATIVES - 1),
      creditLimit:
        between(random, 1, NO_CREDIT_ONE_IN) === 1 ? 0 : Math.round(credit / CREDIT_LIMIT_STEP) * CREDIT_LIMIT_STEP,
    },
  };
}

/** `count` customers, drawn from `random` alone. */
export function makeCustomers(random: Random, count: number): MadeCustomer[] {
  return Array.from({ length: count }, (_, position) => makeCustomer(random, position));
}
