import { foldCounters } from "../../domain/ledger/counters.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import type { OrderChange } from "../../domain/ledger/order-change.ts";
import type { Counters } from "../../domain/ledger/counters.ts";
import { countVisits, visitsOf, type WeeklyShoppers } from "../../domain/ledger/visits.ts";
import type { Journal } from "./journal.ts";
import type { ShopperTotals, Transfer } from "./shopper-totals.ts";
import type { LedgerStateStore, SealedSegment } from "./state.ts";
import type { Visits } from "./visits.ts";

/** What follows from an append needs of the world outside. Each may be asked again for what it has done already. */
export interface FollowUpDeps {
  /** Adds sums to the hourly counters, once per sequence. */
  addCounters(sequence: number, counters: Counters, shoppers: readonly WeeklyShoppers[]): Promise<void>;
  /** Puts the lake files of a segment: the same ones whenever it is asked for the same segment. */
  putSegment(
    segment: SealedSegment,
    interactions: readonly Interaction[],
    changes: readonly OrderChange[],
  ): Promise<void>;
  /** Hands transfers to another shard. */
  send(target: number, transfers: readonly Transfer[]): Promise<void>;
}

/** What is due beyond what always is. */
export interface DueWork {
  readonly counters: boolean;
  readonly segment: boolean;
}

interface Parts {
  readonly store: LedgerStateStore;
  readonly journal: Journal;
  readonly totals: ShopperTotals;
  readonly visits: Visits;
}

/**
 * Brings what was appended to where it belongs. Every step is on the disk before the next begins, and may be repeated:
 * the object can die between any two of them.
 */
export class FollowUp {
  readonly #parts: Parts;
  readonly #deps: FollowUpDeps;
  readonly #failed: (work: string, error: unknown) => void;

  /** @param failed is told of each kind of work that failed */
  constructor(parts: Parts, deps: FollowUpDeps, failed: (work: string, error: unknown) => void) {
    this.#parts = parts;
    this.#deps = deps;
    this.#failed = failed;
  }

  /**
   * Does what is due. Never throws: one kind of work that fails does not keep the others back.
   * @param now milliseconds since 1970 UTC
   * @returns true when everything was done
   */
  async run(due: DueWork, now: number): Promise<boolean> {
    const { journal, totals } = this.#parts;
    const outcomes = [
      await this.#attempt("transfers", () => this.#sendTransfers()),
      !due.counters || (await this.#attempt("counters", () => this.#addCounters())),
      await this.#attempt("segments", async () => {
        if (due.segment || journal.isFull) journal.seal(now);
        await this.#putSegments();
      }),
      await this.#attempt("sweep", async () => totals.sweep(now)),
    ];
    return !outcomes.includes(false);
  }

  async #attempt(work: string, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      this.#failed(work, error);
      return false;
    }
  }

  async #sendTransfers(): Promise<void> {
    const { totals } = this.#parts;
    for (const target of totals.targets()) {
      for (;;) {
        const transfers = totals.transfersTo(target);
        const last = transfers.at(-1);
        if (last === undefined) break;
        await this.#deps.send(target, transfers);
        totals.forgetTransfers(target, last.sequence);
      }
    }
  }

  async #addCounters(): Promise<void> {
    const { journal, totals, visits } = this.#parts;
    // What comes while D1 is being asked is of the next time.
    const end = journal.next;
    for (;;) {
      const found = journal.uncounted();
      if (found === null) return;
      const interactions = found.entries.flatMap((entry) => entry.interactions);
      const changes = found.entries.flatMap((entry) => entry.changes);
      const came = visitsOf(totals.stillOwn(interactions));
      const shoppers = countVisits(came, visits.lastWeeks(came));
      await this.#deps.addCounters(found.upto, foldCounters(interactions, changes), shoppers);
      // Without a wait between them both are on the disk, or neither: visits that come again must count as they did.
      visits.note(came);
      journal.noteCounted(found.upto);
      if (found.upto + 1 >= end) return;
    }
  }

  async #putSegments(): Promise<void> {
    const { journal, store } = this.#parts;
    for (const segment of store.state.sealed.filter((one) => !one.stored)) {
      const entries = journal.read(segment);
      const interactions = entries.flatMap((entry) => entry.interactions);
      const changes = entries.flatMap((entry) => entry.changes);
      await this.#deps.putSegment(segment, interactions, changes);
      journal.noteStored(segment.number);
    }
  }
}
