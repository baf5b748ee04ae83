import { setTimeout as sleep } from "node:timers/promises";

import { Pool } from "undici";
import { z } from "zod";

import type { Acknowledgements } from "./acknowledgements.ts";
import { ANSWER_MILLISECONDS, CONNECTIONS, REFUSED_MAX, REFUSED_WAIT_MILLISECONDS } from "./limits.ts";
import type { Batch, Shopping } from "./shopping.ts";
import { SOAK_KEY, type SoakRuntime } from "./soak-runtime.ts";

const answerSchema = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  suppressed: z.number(),
  rejected: z.array(z.object({ index: z.number(), code: z.string() })),
});
type Answer = z.infer<typeof answerSchema>;

const HTTP_ACCEPTED = 202;
const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_SERVER_ERROR = 500;
const headers = { authorization: `Bearer ${SOAK_KEY}`, "content-type": "application/json" };

/** How the requests fared. */
export interface SendingCounts {
  readonly requests: number;
  /** Requests whose answer was lost, by a kill or a broken connection. */
  readonly cutOff: number;
  /** Of these, requests that were sent again. */
  readonly retried: number;
  /** Requests that were refused for the moment, and sent again. */
  readonly refused: number;
  /** What was answered `duplicates`. */
  readonly duplicates: number;
}

type Outcome =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "cut_off" };

/** Sends what shoppers do, as fast as it is answered, to a runtime that goes away and comes back. */
export class ShoppingSender {
  readonly #runtime: SoakRuntime;
  readonly #said: Acknowledgements;
  readonly #counts = { requests: 0, cutOff: 0, retried: 0, refused: 0, duplicates: 0 };
  #pool: { readonly url: string; readonly pool: Pool } | null = null;
  #inFlight = 0;

  constructor(runtime: SoakRuntime, said: Acknowledgements) {
    this.#runtime = runtime;
    this.#said = said;
  }

  get counts(): SendingCounts {
    return this.#counts;
  }

  /** Requests that wait for their answer at this moment. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Sends everything. @param watch is told after each answer @throws Error when the API refuses what it must take */
  async sendAll(shopping: Shopping, watch: () => void): Promise<void> {
    const connection = async (): Promise<void> => {
      for (;;) {
        const batch = shopping.next(Date.now());
        if (batch === null) return;
        await this.#deliver(batch);
        watch();
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
    await this.#pool?.pool.destroy();
  }

  async #deliver(batch: Batch): Promise<void> {
    for (let refusals = 0; refusals < REFUSED_MAX;) {
      const outcome = await this.#send(batch);
      if (outcome.kind === "answered") return this.#note(batch, outcome.answer);
      if (outcome.kind === "refused") {
        refusals += 1;
        this.#counts.refused += 1;
        await sleep(REFUSED_WAIT_MILLISECONDS);
        continue;
      }
      this.#counts.cutOff += 1;
      for (const number of batch.numbers) this.#said.unanswered(number);
      if (!batch.retried) return;
      this.#counts.retried += 1;
    }
    throw new Error(`A request was refused ${REFUSED_MAX} times.`);
  }

  #note({ numbers }: Batch, { rejected, duplicates }: Answer): void {
    const refused = new Set(rejected.map(({ index }) => index));
    numbers.forEach((number, index) => {
      if (refused.has(index)) this.#said.rejected(number);
      else this.#said.acknowledged(number);
    });
    this.#counts.duplicates += duplicates;
  }

  async #send({ body }: Batch): Promise<Outcome> {
    const { url } = await this.#runtime.ready();
    this.#inFlight += 1;
    this.#counts.requests += 1;
    try {
      const response = await this.#poolOf(url).request({ method: "POST", path: "/v1/events", headers, body });
      const text = await response.body.text();
      if (response.statusCode === HTTP_ACCEPTED) {
        return { kind: "answered", answer: answerSchema.parse(JSON.parse(text)) };
      }
      if (response.statusCode >= HTTP_SERVER_ERROR || response.statusCode === HTTP_TOO_MANY_REQUESTS) {
        return { kind: "refused", message: text };
      }
      throw new RefusedForGood(`${response.statusCode} ${text}`);
    } catch (error) {
      if (error instanceof RefusedForGood || error instanceof z.ZodError) throw error;
      return { kind: "cut_off" };
    } finally {
      this.#inFlight -= 1;
    }
  }

  #poolOf(url: string): Pool {
    if (this.#pool?.url === url) return this.#pool.pool;
    // The one before speaks to a process that is no more.
    void this.#pool?.pool.destroy();
    const options = { connections: CONNECTIONS, pipelining: 1, headersTimeout: ANSWER_MILLISECONDS };
    const pool = new Pool(url, { ...options, bodyTimeout: ANSWER_MILLISECONDS });
    this.#pool = { url, pool };
    return pool;
  }
}

class RefusedForGood extends Error {
  override readonly name = "RefusedForGood";
}
