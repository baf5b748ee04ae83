import { type AwaitedWrite, waitUntilVisible } from "../../../platform/vector-index/wait-until-visible.ts";
import type { ModelRun } from "./model-run.ts";

/** How long one try waits for the index to show the last vector: shorter than the lease. */
const VISIBLE_WITHIN_MILLISECONDS = 60 * 1000;

/** The step that waits until queries can see what was written. @param lastWrite null when nothing was */
export async function waitForIndex({ env, step }: ModelRun, lastWrite: AwaitedWrite | null): Promise<void> {
  await step("wait for the index", async () => {
    if (lastWrite !== null && !(await waitUntilVisible(env.VECTOR_INDEX, lastWrite, VISIBLE_WITHIN_MILLISECONDS)))
      throw new Error("The vector index did not show the model's vectors in time.");
  });
}
