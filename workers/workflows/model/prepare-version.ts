import { lastCompleteRun } from "../../../platform/d1/models.ts";
import { indexChangesFor } from "../index-items.ts";
import { putModelParts } from "../publish-model-parts.ts";
import type { ModelRun } from "./model-run.ts";
import { waitForIndex } from "./wait-for-index.ts";

/** Brings what an activation of a version needs up to the present catalogue. Repeating it changes nothing. */
export async function prepareVersion(run: ModelRun): Promise<void> {
  const { env, version, step, keep } = run;
  const { lastWrite } = await step("index changes", async () =>
    indexChangesFor(env, version, await lastCompleteRun(env.DB), keep),
  );
  await waitForIndex(run, lastWrite);
  await step("put beside the snapshot", () => putModelParts(env, version, keep));
}
