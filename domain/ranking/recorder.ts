import type { LeftOutListener } from "./arrange.ts";
import { roundScore } from "./explain.ts";
import {
  LEFT_OUT_MAX,
  type LeftOutExplanation,
  type LeftOutRule,
  PAST_MAX,
  type PlacementExplanation,
  type ShelfExplanation,
} from "./explanation.ts";
import { exclusionRules, refusalOf } from "./filter.ts";
import { historyOf } from "./history.ts";
import type { Candidate, PlacementRequest, RankingInputs } from "./inputs.ts";
import type { Strategy } from "./placements.ts";
import { listsOf, signalsOf } from "./signals.ts";

/** What one source came to on the shelf that is being made. */
interface Asked {
  readonly source: Strategy;
  /** Where each candidate stands, by place: 1 = first. */
  readonly ranks: ReadonlyMap<number, number>;
  readonly leftOut: { readonly candidate: Candidate; readonly isTooAlike: boolean }[];
  readonly taken: Candidate[];
}

/**
 * Notes how a placement's shelves come about, for an answer with `explain`. Ranking tells it what it does and never asks
 * it anything; where nobody wants an explanation there is none of it.
 */
export class PlacementRecorder implements LeftOutListener {
  readonly #pageItems: readonly string[];
  #inputs: RankingInputs | null = null;
  #rules: ReadonlyMap<number, LeftOutRule> = new Map();
  #request: PlacementRequest | null = null;
  #asked: Asked[] = [];
  #shelves: ShelfExplanation[] = [];
  #seeds: readonly number[] = [];

  /** @param pageItems what the parts of the page are about: no other part shows it */
  constructor(pageItems: readonly string[] = []) {
    this.#pageItems = pageItems;
  }

  /** Begins a placement. What was noted before is forgotten: a placement that failed is ranked once more. */
  begin(inputs: RankingInputs, request: PlacementRequest, seeds: readonly number[]): void {
    [this.#inputs, this.#request, this.#seeds] = [inputs, request, seeds];
    this.#rules = exclusionRules(inputs, request, this.#pageItems);
    this.#asked = [];
    this.#shelves = [];
  }

  /** A source's candidates, best first, before any rule. What is told from now on is about them. */
  found(source: Strategy, candidates: Iterable<Candidate>): readonly Candidate[] {
    const all = [...candidates];
    const ranks = new Map<number, number>();
    for (const { place } of all) if (!ranks.has(place)) ranks.set(place, ranks.size + 1);
    this.#asked.push({ source, ranks, leftOut: [], taken: [] });
    return all;
  }

  refused(candidate: Candidate): void {
    this.#asked.at(-1)?.leftOut.push({ candidate, isTooAlike: false });
  }

  tooAlike(candidate: Candidate): void {
    this.#asked.at(-1)?.leftOut.push({ candidate, isTooAlike: true });
  }

  /** What the shelf holds of the source asked last. */
  took(candidates: readonly Candidate[]): void {
    this.#asked.at(-1)?.taken.push(...candidates);
  }

  #ruleOf(inputs: RankingInputs, request: PlacementRequest, place: number): LeftOutRule {
    const refusal = refusalOf(inputs.catalogue, request.filter, place);
    if (refusal !== null && refusal !== "filter") return refusal;
    return this.#rules.get(place) ?? refusal ?? "earlier_shelf";
  }

  /** Ends a shelf: what was told since the last one ended is about it. */
  endShelf(strategy: Strategy): void {
    const [inputs, request, asked] = [this.#inputs, this.#request, this.#asked];
    this.#asked = [];
    if (inputs === null || request === null) return;
    const { catalogue } = inputs;
    const describe = ({ source, ranks }: Asked, { place, score }: Candidate) => ({
      item_id: catalogue.idOf(place),
      source,
      rank: ranks.get(place) ?? 0,
      score: roundScore(score),
    });
    // What stands on the shelf was left out of nothing, and what two sources leave out is named with the first.
    const named = new Set(asked.flatMap(({ taken }) => taken.map(({ place }) => place)));
    const leftOut: LeftOutExplanation[] = [];
    for (const one of asked) {
      const ofSource: LeftOutExplanation[] = [];
      for (const { candidate, isTooAlike } of one.leftOut) {
        if (named.has(candidate.place)) continue;
        named.add(candidate.place);
        const rule = isTooAlike ? "diversity" : this.#ruleOf(inputs, request, candidate.place);
        ofSource.push({ ...describe(one, candidate), rule });
      }
      leftOut.push(...ofSource.sort((a, b) => a.rank - b.rank));
    }
    this.#shelves.push({
      strategy,
      sources: asked.map(({ source, ranks, taken }) => ({
        source,
        lists: listsOf(source, inputs, this.#seeds),
        candidates: ranks.size,
        shown: taken.length,
      })),
      items: asked.flatMap((one) => {
        const signals = signalsOf(one.source, inputs);
        return one.taken.map((candidate) => ({ ...describe(one, candidate), signals: signals(candidate) }));
      }),
      left_out: leftOut.slice(0, LEFT_OUT_MAX),
      left_out_count: leftOut.length,
    });
  }

  /** What was noted; null when nothing was ranked. */
  explanation(): PlacementExplanation | null {
    const inputs = this.#inputs;
    if (inputs === null) return null;
    const { catalogue, session, weights } = inputs;
    return {
      weights,
      past: historyOf(catalogue, session, weights)
        .slice(0, PAST_MAX)
        .map(({ place, weight }) => ({ item_id: catalogue.idOf(place), weight: roundScore(weight) })),
      shelves: this.#shelves,
    };
  }
}
