import type { ColumnRule } from "./column-rule.ts";

export const COUNTRY: ColumnRule = {
  kinds: ["text"],
  phrases: {
    country: 10,
    "country code": 10,
    "country iso": 9.5,
    "iso country": 9.5,
    "country name": 9,
    "shipping country": 8,
    "billing country": 7,
  },
};
