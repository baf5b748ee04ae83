import type { SessionView } from "./session.ts";

/** What is known of a shopper of whom nothing is known, or who did not agree to personalisation. */
export const EMPTY_VIEW: SessionView = {
  version: "",
  consent: null,
  recent: [],
  cart: [],
  purchases: [],
  ratings: [],
  features: null,
  country: null,
  candidates: [],
};
