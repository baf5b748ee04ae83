import type { Catalogue, ItemDisplay } from "../catalogue/catalogue.ts";
import type { Candidate, ReasonCode } from "./inputs.ts";
import type { Strategy } from "./placements.ts";

/** Why an item is shown: a code for machines, a sentence for shoppers. */
export interface Reason {
  readonly code: ReasonCode;
  readonly item_id?: string;
  readonly text: string;
}

/** An item of an answer. */
export interface RecommendedItem {
  readonly item_id: string;
  /** Higher is better; comparable within a shelf. */
  readonly score: number;
  readonly reason: Reason;
  readonly item: ItemDisplay;
}

const SCORE_DIGITS = 10_000;
const regionNames = new Intl.DisplayNames(["en"], { type: "region" });

function sentence(code: ReasonCode, name: string, country: string | null): string {
  switch (code) {
    case "viewed":
      return `Because you viewed ${name}`;
    case "carted":
      return `Goes with ${name} in your cart`;
    case "similar":
      return `Similar to ${name}`;
    case "bought_together":
      return `Often bought with ${name}`;
    case "profile":
      return "Based on your profile, you may like this";
    case "interactions":
      return "Based on what you looked at";
    case "trending":
      return "Trending now";
    case "popular_in_country":
      return `Popular in ${country === null ? "your country" : (regionNames.of(country) ?? country)}`;
    case "popular":
      return "Popular in the shop";
    default: {
      const unreachable: never = code;
      return unreachable;
    }
  }
}

/** A candidate as the shopper sees it. */
export function explain(catalogue: Catalogue, candidate: Candidate, country: string | null): RecommendedItem {
  const because = candidate.because;
  const name = because === null ? "" : catalogue.displayOf(because).name;
  const text = sentence(candidate.reason, name, country);
  return {
    item_id: catalogue.idOf(candidate.place),
    score: Math.round(candidate.score * SCORE_DIGITS) / SCORE_DIGITS,
    reason:
      because === null
        ? { code: candidate.reason, text }
        : { code: candidate.reason, item_id: catalogue.idOf(because), text },
    item: catalogue.displayOf(candidate.place),
  };
}

/** The line above a shelf. */
export function titleOf(strategy: Strategy, reason: ReasonCode, seedName: string | null): string {
  switch (strategy) {
    case "similar":
      return seedName === null
        ? "Similar items"
        : reason === "viewed"
          ? `Because you viewed ${seedName}`
          : reason === "carted"
            ? "Goes with your cart"
            : `Similar to ${seedName}`;
    case "together":
      return "Often bought together";
    case "profile":
      return reason === "interactions" ? "Chosen for you" : "Based on your profile, you may like";
    case "trending":
      return "Trending now";
    case "popular":
      return "Popular right now";
    default: {
      const unreachable: never = strategy;
      return unreachable;
    }
  }
}
