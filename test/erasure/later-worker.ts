import { hourBeginning } from "../../domain/lake/lake-keys.ts";
import type { ErasureDeps } from "../../workers/workflows/erasure/context.ts";
import { ErasureWorkflow as RealErasure } from "../../workers/workflows/erasure.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

/** An erasure for which hours pass while nobody waits. The ledgers must have put everything by then. */
export class ErasureWorkflow extends RealErasure {
  protected override deps(...input: Parameters<RealErasure["deps"]>): ErasureDeps {
    let ahead = 0;
    const now = (): number => Date.now() + ahead;
    return {
      ...super.deps(...input),
      now,
      sleepUntil: async (_name, at) => {
        ahead = Math.max(ahead, at - Date.now());
      },
      committedBefore: async () => hourBeginning(now()),
    };
  }
}

export default worker;
