import type { Catalogue, ItemDisplay } from "../catalogue/catalogue.ts";
import type { Candidate, ReasonCode } from "./inputs.ts";
import type { ShelfTexts } from "./texts/shelf-texts.ts";

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

/** A score as it is answered: four digits tell more than any shopper sees. */
export function roundScore(score: number): number {
  return Math.round(score * SCORE_DIGITS) / SCORE_DIGITS;
}

/** A candidate as the shopper sees it. */
export function explain(
  catalogue: Catalogue,
  candidate: Candidate,
  texts: ShelfTexts,
  country: string | null,
): RecommendedItem {
  const because = candidate.because;
  const name = because === null ? "" : catalogue.displayOf(because).name;
  const text = texts.reason(candidate.reason, name, country);
  return {
    item_id: catalogue.idOf(candidate.place),
    score: roundScore(candidate.score),
    reason:
      because === null
        ? { code: candidate.reason, text }
        : { code: candidate.reason, item_id: catalogue.idOf(because), text },
    item: catalogue.displayOf(candidate.place),
  };
}
