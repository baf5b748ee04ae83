import type { SignalExplanation } from "./explanation.ts";
import { similarParts } from "./gather.ts";
import type { Candidate, RankingInputs } from "./inputs.ts";
import { weightsOf } from "./item-weights.ts";
import { PERSONAL_SIGNALS, personalListSizes, personalSignals } from "./personal-signals.ts";
import type { Strategy } from "./placements.ts";
import { roundScore } from "./explain.ts";

function signal(value: number, weight: number): SignalExplanation {
  return { value: roundScore(value), weight, weighted: roundScore(value * weight) };
}

/** How many candidates each list of a source brought. */
export function listsOf(source: Strategy, inputs: RankingInputs, seeds: readonly number[]): Record<string, number> {
  const { catalogue, country, itemWeights, neighbours } = inputs;
  const sum = (count: (seed: number) => number): number => seeds.reduce((total, seed) => total + count(seed), 0);
  switch (source) {
    case "similar":
      return {
        neighbours: sum((seed) => neighbours.get(seed)?.items.length ?? 0),
        item_weights: sum((seed) => itemWeights?.of(seed).items.length ?? 0),
      };
    case "together":
      return {
        [itemWeights === null ? "orders" : "item_weights"]: sum((seed) => weightsOf(inputs, seed).items.length),
      };
    case "profile":
      return personalListSizes(inputs);
    case "trending":
      return { shop: catalogue.trending.items.length };
    case "popular":
      return {
        country: country === null ? 0 : (catalogue.popularIn(country)?.items.length ?? 0),
        shop: catalogue.popular.items.length,
      };
    default: {
      const unreachable: never = source;
      return unreachable;
    }
  }
}

/** What speaks for each of a source's candidates. */
export function signalsOf(
  source: Strategy,
  inputs: RankingInputs,
): (candidate: Candidate) => Record<string, SignalExplanation> {
  switch (source) {
    case "similar":
      return ({ place, because }) => {
        if (because === null) return {};
        const { nearness, ties } = similarParts(inputs, because, place);
        return { nearness: signal(nearness.value, nearness.weight), item_weights: signal(ties.value, ties.weight) };
      };
    case "profile": {
      const personal = personalSignals(inputs);
      const positions = new Map(personal?.places.map((place, position) => [place, position]));
      return ({ place }) =>
        Object.fromEntries(
          PERSONAL_SIGNALS.map((name) => {
            const value = personal?.values[name][positions.get(place) ?? -1] ?? 0;
            return [name, signal(value, inputs.weights[name])];
          }),
        );
    }
    case "together":
    case "trending":
      return ({ score }) => ({ [source]: signal(score, 1) });
    case "popular":
      return ({ score, reason }) => ({
        [reason === "popular_in_country" ? "popularity_in_country" : "popularity"]: signal(score, 1),
      });
    default: {
      const unreachable: never = source;
      return unreachable;
    }
  }
}
