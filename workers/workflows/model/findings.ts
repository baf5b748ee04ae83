/** Problems that are named one by one; a file that is wrong throughout would fill pages. */
const PROBLEMS_MAX = 50;
/** Of one kind, such as rows of a file: what else is wrong must be named too. */
const PROBLEMS_OF_A_KIND_MAX = 10;

/** What was found about a model, gathered so that its author sees all of it at once. Each is a sentence. */
export class Findings {
  readonly #problems: string[] = [];
  readonly #doubts: string[] = [];
  readonly #kinds = new Map<string, number>();
  #further = 0;

  /** Notes what keeps the model from being served. */
  problem(...sentences: readonly string[]): void {
    for (const sentence of sentences) {
      if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(sentence);
      else this.#further++;
    }
  }

  /** Notes one of many problems of a kind: the first ones are named, the others counted. */
  problemOf(kind: string, sentence: string): void {
    const before = this.#kinds.get(kind) ?? 0;
    this.#kinds.set(kind, before + 1);
    if (before < PROBLEMS_OF_A_KIND_MAX) this.problem(sentence);
  }

  /** Notes what its author should know, and what keeps nothing from being served. */
  doubt(sentence: string): void {
    this.#doubts.push(sentence);
  }

  get problems(): string[] {
    const listed = [...this.#problems];
    for (const [kind, count] of this.#kinds)
      if (count > PROBLEMS_OF_A_KIND_MAX) listed.push(`… and ${count - PROBLEMS_OF_A_KIND_MAX} more of ${kind}.`);
    return this.#further === 0 ? listed : [...listed, `… and ${this.#further} more.`];
  }

  get doubts(): readonly string[] {
    return this.#doubts;
  }
}
