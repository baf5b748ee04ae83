import type { Candidate, ReasonCode } from "./inputs.ts";

/**
 * Candidates of one reason as they are kept between answers: eight bytes each, where an object takes seven times as much
 * and an isolate keeps them for a thousand shoppers. Each is made when a shelf comes to it.
 */
export class PackedCandidates implements Iterable<Candidate> {
  readonly #places: Uint32Array;
  readonly #scores: Float32Array;
  readonly #reason: ReasonCode;

  /** @param candidates best first, all of one reason and because of no one item */
  constructor(candidates: readonly Candidate[]) {
    this.#places = Uint32Array.from(candidates, ({ place }) => place);
    this.#scores = Float32Array.from(candidates, ({ score }) => score);
    this.#reason = candidates[0]?.reason ?? "interactions";
  }

  *[Symbol.iterator](): Generator<Candidate> {
    for (let position = 0; position < this.#places.length; position++) {
      const [place, score] = [this.#places[position] ?? 0, this.#scores[position] ?? 0];
      yield { place, score, reason: this.#reason, because: null };
    }
  }
}
