import { ledgerName } from "../../domain/ledger/routing.ts";
import { hourBeginning } from "../../domain/lake/lake-keys.ts";
import type { ErasureDeps } from "../../workers/workflows/erasure/context.ts";
import { ErasureWorkflow as RealErasure } from "../../workers/workflows/erasure.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

/** Longer than the local queues wait for company. */
const QUEUES_MILLISECONDS = 7_000;

/** An erasure for which hours pass while nobody waits: queues and ledgers have brought everything by then. */
export class ErasureWorkflow extends RealErasure {
  protected override deps(...input: Parameters<RealErasure["deps"]>): ErasureDeps {
    let ahead = 0;
    const now = (): number => Date.now() + ahead;
    return {
      ...super.deps(...input),
      now,
      sleepUntil: async (_name, at) => {
        await scheduler.wait(QUEUES_MILLISECONDS);
        for (let shard = 0; shard < Number(this.env.LEDGER_SHARDS); shard++) {
          await this.env.INTERACTION_LEDGER.getByName(ledgerName(shard)).flush();
        }
        ahead = Math.max(ahead, at - Date.now());
      },
      committedBefore: async () => hourBeginning(now()),
    };
  }
}

export default worker;
