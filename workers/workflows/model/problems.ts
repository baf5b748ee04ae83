/** Problems that are named one by one; a file that is wrong throughout would fill pages. */
const PROBLEMS_MAX = 50;

/** Everything that is wrong with a model, gathered so that its author sees all of it at once. */
export class Problems {
  readonly #sentences: string[] = [];
  #further = 0;

  /** Notes problems, each a sentence. */
  add(...sentences: readonly string[]): void {
    for (const sentence of sentences) {
      if (this.#sentences.length < PROBLEMS_MAX) this.#sentences.push(sentence);
      else this.#further++;
    }
  }

  get found(): boolean {
    return this.#sentences.length > 0;
  }

  toList(): string[] {
    return this.#further === 0 ? [...this.#sentences] : [...this.#sentences, `… and ${this.#further} more.`];
  }
}
