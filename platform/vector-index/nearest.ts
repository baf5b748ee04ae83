/**
 * The best of many scored candidates, kept sorted while they are offered: most candidates fail the first comparison,
 * so that a scan costs little more than its dot products.
 */
export class Nearest {
  readonly #limit: number;
  readonly #ids: string[] = [];
  readonly #scores: number[] = [];
  #worst = -Infinity;

  /** @param limit how many are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A candidate must score more than this to be kept. */
  get threshold(): number {
    return this.#worst;
  }

  /** Keeps a candidate if it is among the best; of equal ones the first stays. */
  offer(id: string, score: number): void {
    if (score <= this.#worst) return;
    let place = this.#scores.length;
    while (place > 0 && (this.#scores[place - 1] ?? Infinity) < score) place--;
    this.#ids.splice(place, 0, id);
    this.#scores.splice(place, 0, score);
    if (this.#scores.length > this.#limit) {
      this.#ids.pop();
      this.#scores.pop();
    }
    if (this.#scores.length === this.#limit) this.#worst = this.#scores.at(-1) ?? -Infinity;
  }

  /** What was kept, best first. */
  ranked(): { id: string; score: number }[] {
    return this.#ids.map((id, place) => ({ id, score: this.#scores[place] ?? 0 }));
  }
}
