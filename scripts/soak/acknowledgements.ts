import { createWriteStream } from "node:fs";
import { once } from "node:events";

import { eventIdOf } from "./shopping.ts";

const LINES_PER_WRITE = 10_000;
const UNANSWERED = 1;
const REJECTED = 2;
const ACKNOWLEDGED = 3;

/** What was said of each event: a byte per event, so that a million of them take a megabyte. */
export class Acknowledgements {
  readonly #states: Uint8Array;

  constructor(events: number) {
    this.#states = new Uint8Array(events);
  }

  #raise(number: number, state: number): void {
    if ((this.#states[number] ?? 0) < state) this.#states[number] = state;
  }

  /** It was sent, and no answer came: it may or may not have been taken. */
  unanswered(number: number): void {
    this.#raise(number, UNANSWERED);
  }

  rejected(number: number): void {
    this.#raise(number, REJECTED);
  }

  /** A 202 came that did not reject it. */
  acknowledged(number: number): void {
    this.#raise(number, ACKNOWLEDGED);
  }

  counts(): { readonly acknowledged: number; readonly rejected: number; readonly unanswered: number } {
    const counts = [0, 0, 0, 0];
    for (const state of this.#states) counts[state] = (counts[state] ?? 0) + 1;
    return {
      acknowledged: counts[ACKNOWLEDGED] ?? 0,
      rejected: counts[REJECTED] ?? 0,
      unanswered: counts[UNANSWERED] ?? 0,
    };
  }

  /** Writes `event_id` and a line for each acknowledged event. */
  async writeCsv(path: string): Promise<void> {
    const stream = createWriteStream(path);
    let lines = ["event_id"];
    const flush = async (): Promise<void> => {
      if (!stream.write(`${lines.join("\n")}\n`)) await once(stream, "drain");
      lines = [];
    };
    for (const [number, state] of this.#states.entries()) {
      if (state === ACKNOWLEDGED) lines.push(eventIdOf(number));
      if (lines.length >= LINES_PER_WRITE) await flush();
    }
    if (lines.length > 0) await flush();
    stream.end();
    await once(stream, "finish");
  }
}
