import type { Findings } from "../findings.ts";

/** A shopper for whom everything is ranked once, as a test. */
export interface Probe {
  /** Who it is, as it reads in a sentence. */
  readonly name: string;
  readonly embedding: Float32Array;
}

/** Scores that differ by less than this share of the largest one are no ranking. */
const SAME_SCORE = 1e-6;

interface Spread {
  readonly probe: Probe;
  lowest: number;
  highest: number;
  finite: boolean;
}

/**
 * Ranks every item for some shoppers while the items pass by: what would be seen if the model were active. A model
 * whose numbers are all finite may still add up to something that is not, or to the same for everything.
 */
export class SmokeRanking {
  readonly #spreads: Spread[];
  #items = 0;

  constructor(probes: readonly Probe[]) {
    this.#spreads = probes.map((probe) => ({ probe, lowest: Infinity, highest: -Infinity, finite: true }));
  }

  /** Scores an item for every probe. */
  add(item: Float32Array): void {
    this.#items++;
    for (const spread of this.#spreads) {
      // In single precision, as the index and the isolates have it.
      let score = 0;
      const { embedding } = spread.probe;
      for (let at = 0; at < item.length; at++) score = Math.fround(score + (item[at] ?? 0) * (embedding[at] ?? 0));
      if (!Number.isFinite(score)) spread.finite = false;
      spread.lowest = Math.min(spread.lowest, score);
      spread.highest = Math.max(spread.highest, score);
    }
  }

  /** Names what is wrong with the lists. */
  report(findings: Findings): void {
    if (this.#spreads.length === 0) findings.problem("There is nobody to rank for: no shopper gets an embedding.");
    for (const { probe, finite } of this.#spreads) {
      if (!finite) findings.problemOf("the rankings", `The scores of the items for ${probe.name} are not finite.`);
    }
    const ranked = this.#spreads.filter(({ finite }) => finite);
    if (this.#items < 2 || ranked.length === 0) return;
    const isFlat = ({ lowest, highest }: Spread): boolean =>
      highest - lowest <= SAME_SCORE * Math.max(Math.abs(lowest), Math.abs(highest));
    if (ranked.every(isFlat))
      findings.problem(`Every item has the same score for each of the ${ranked.length} shoppers that were tried.`);
  }
}
