import type { ErasurePhase, ErasureRecord, KnownClient, Removed } from "../../../domain/erasure/record.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import type { RunStep, Serializable } from "../compaction/compact-hour.ts";

/** What an erasure needs of its surroundings. */
export interface ErasureDeps {
  readonly env: RuntimeEnv;
  readonly step: RunStep;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Sleeps until a moment (milliseconds since 1970 UTC), also when whoever runs this dies meanwhile. */
  readonly sleepUntil: (name: string, at: number) => Promise<void>;
  /** The moment before which every ledger shard has put everything; milliseconds since 1970 UTC. */
  readonly committedBefore: () => Promise<number>;
  /** Columns of the source that hold ids of users. */
  readonly userColumns: ReadonlySet<string>;
  readonly readRecord: (id: string) => Promise<ErasureRecord | null>;
  readonly putRecord: (id: string, record: ErasureRecord) => Promise<void>;
}

/** What a step of an erasure adds to what is told of it. */
export interface StepNews {
  readonly removed?: Removed;
  readonly clients?: readonly KnownClient[];
  readonly waitingUntil?: number;
}

/** Runs the steps of an erasure, and tells after each how it is. */
export class ErasureContext {
  readonly deps: ErasureDeps;
  readonly #id: string;
  #record: ErasureRecord;

  constructor(deps: ErasureDeps, id: string, record: ErasureRecord) {
    this.deps = deps;
    this.#id = id;
    this.#record = record;
  }

  get removed(): Removed {
    return this.#record.removed;
  }

  /**
   * Does a step once, and writes the record with what it came to in the same step: what is told is never ahead of what
   * was done, and behind it by one step at most.
   */
  async step<Value extends Serializable>(
    name: string,
    phase: ErasurePhase,
    run: () => Promise<Value>,
    news: (value: Value) => StepNews = () => ({}),
  ): Promise<Value> {
    const { step, putRecord } = this.deps;
    const value = await step(name, async () => {
      const done = await run();
      await putRecord(this.#id, this.#next(phase, news(done)));
      return done;
    });
    // Outside the step, too: a run that is resumed gets the value without doing the step.
    this.#record = this.#next(phase, news(value));
    return value;
  }

  /** Tells how it has ended. Of browsers nothing is known any more when nothing is left to do. */
  async end(error: string | null): Promise<void> {
    const finished_at = new Date(this.deps.now()).toISOString();
    const record = this.#next("done", {});
    await this.deps.putRecord(
      this.#id,
      error === null
        ? { ...record, state: "complete", finished_at, clients: [] }
        : { ...record, phase: this.#record.phase, state: "failed", finished_at, error },
    );
  }

  #next(phase: ErasurePhase, { removed, clients, waitingUntil }: StepNews): ErasureRecord {
    return {
      ...this.#record,
      phase,
      updated_at: new Date(this.deps.now()).toISOString(),
      waiting_until: waitingUntil === undefined ? null : new Date(waitingUntil).toISOString(),
      removed: removed ?? this.#record.removed,
      clients: clients === undefined ? this.#record.clients : [...clients],
    };
  }
}
