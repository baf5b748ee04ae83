/** What a browser did that signed in as an erased user, from the sign-in before (whoever that was) to that one. */
export interface ErasedClient {
  /** Pseudonym of the client. */
  readonly client: string;
  /** What we received after this (milliseconds since 1970 UTC; −1 = everything) … */
  readonly after: number;
  /** … and up to this is the user's. */
  readonly upto: number;
}

/** Who is erased, as the lake shows people: by pseudonyms. */
export interface ErasedPerson {
  readonly user: string;
  readonly clients: readonly ErasedClient[];
}

/** Tells what is an erased person's. */
export class PersonMatcher {
  readonly #user: string;
  readonly #clients: ReadonlyMap<string, readonly ErasedClient[]>;
  /** Every pseudonym of the person: what none of them is in needs no closer look. */
  readonly pseudonyms: ReadonlySet<string>;

  constructor({ user, clients }: ErasedPerson) {
    this.#user = user;
    this.#clients = Map.groupBy(clients, ({ client }) => client);
    this.pseudonyms = new Set([user, ...this.#clients.keys()]);
  }

  /** True for the user, whatever the time. */
  isUser(pseudonym: unknown): boolean {
    return pseudonym === this.#user;
  }

  /**
   * True for what the person did: as the user ever, as a browser in the times that were theirs.
   * @param times any of which says that it was then; milliseconds since 1970 UTC
   */
  isTheirs(pseudonym: unknown, times: readonly number[]): boolean {
    if (this.isUser(pseudonym)) return true;
    if (typeof pseudonym !== "string") return false;
    const periods = this.#clients.get(pseudonym) ?? [];
    return periods.some(({ after, upto }) => times.some((time) => time > after && time <= upto));
  }
}
