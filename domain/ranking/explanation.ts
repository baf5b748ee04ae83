import type { BlendWeights } from "./blend.ts";
import type { Strategy } from "./placements.ts";

/** Of a shelf, so many items that a rule left out are named: who asks for one asks for one that stood high. */
export const LEFT_OUT_MAX = 50;
/** Of a shopper's past, so many items are named, the newest first. */
export const PAST_MAX = 20;

/** Why an item is not where its score would put it. */
export type LeftOutRule =
  | "hidden"
  | "out_of_stock"
  | "page_item"
  | "in_cart"
  | "bought_recently"
  | "viewed_recently"
  | "excluded"
  | "filter"
  | "earlier_shelf"
  | "diversity";

/** What speaks for an item: `weighted` = `value` × `weight`. All signals of an item make up its score. */
export interface SignalExplanation {
  readonly value: number;
  readonly weight: number;
  readonly weighted: number;
}

/** Where candidates of a shelf came from. */
export interface SourceExplanation {
  readonly source: Strategy;
  /** How many each of its lists brought; one item may stand on several. */
  readonly lists: Readonly<Record<string, number>>;
  /** How many items these are. */
  readonly candidates: number;
  readonly shown: number;
}

/** An item among the candidates of a source. */
export interface RankedExplanation {
  readonly item_id: string;
  readonly source: Strategy;
  /** 1 = the best of the source's candidates. */
  readonly rank: number;
  /** As the source scored it: an item that fills a shelf up is shown with no more than what stands before it. */
  readonly score: number;
}

export interface ShownExplanation extends RankedExplanation {
  readonly signals: Readonly<Record<string, SignalExplanation>>;
}

export interface LeftOutExplanation extends RankedExplanation {
  readonly rule: LeftOutRule;
}

export interface ShelfExplanation {
  readonly strategy: Strategy;
  /** In the order in which they were asked; a shelf that is full asks no more. */
  readonly sources: readonly SourceExplanation[];
  readonly items: readonly ShownExplanation[];
  /** Items that would have stood on the shelf, best first, at most {@link LEFT_OUT_MAX}. */
  readonly left_out: readonly LeftOutExplanation[];
  readonly left_out_count: number;
}

/** How one placement's shelves came about. */
export interface PlacementExplanation {
  readonly weights: BlendWeights;
  /** How much each item of the shopper's past tells, by recency, doing and rating. */
  readonly past: readonly { readonly item_id: string; readonly weight: number }[];
  readonly shelves: readonly ShelfExplanation[];
}
