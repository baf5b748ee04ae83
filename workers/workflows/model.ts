import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { z } from "zod";

import { MODEL_VERSION_PATTERN } from "../../domain/models/manifest.ts";
import { lastCompleteRun, updateModel } from "../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { waitUntilVisible } from "../../platform/vector-index/wait-until-visible.ts";
import { indexModel } from "./index-items.ts";
import { completeFolder } from "./model/complete-folder.ts";
import { storeUserEmbeddings } from "./model/store-users.ts";
import { validateFolder } from "./model/validate-folder.ts";

const parametersSchema = z.strictObject({ version: z.string().regex(MODEL_VERSION_PATTERN) });
export type ModelParameters = z.infer<typeof parametersSchema>;

const STEP = {
  retries: { limit: 3, delay: "2 seconds", backoff: "exponential" },
  timeout: "15 minutes",
} as const;
/** How long one try waits for the index to show the last vector. */
const VISIBLE_WITHIN_MILLISECONDS = 2 * 60 * 1000;

/**
 * Takes a model folder in the MODELS bucket to where it can be activated: published → validated → indexed, or refused
 * with every reason. Each step may run again: all of them write what follows from the folder.
 */
export class ModelWorkflow extends WorkflowEntrypoint<RuntimeEnv, ModelParameters> {
  override async run(event: Readonly<WorkflowEvent<ModelParameters>>, step: WorkflowStep): Promise<void> {
    const { version } = parametersSchema.parse(event.payload);
    try {
      await this.#publish(version, event.timestamp, step);
    } catch (error) {
      const message = messageOf(error);
      logger.error("model_not_published", { version, message });
      await step.do("give up", STEP, () =>
        updateModel(this.env.DB, version, {
          state: "refused",
          problems: [`Publishing failed on our side (${message}). Publish the model again.`],
        }),
      );
    }
  }

  async #publish(version: string, at: Date, step: WorkflowStep): Promise<void> {
    const { env } = this;
    await step.do("complete", STEP, () => completeFolder(env, version, at));
    const valid = await step.do("validate", STEP, async () => {
      const { manifest, problems } = await validateFolder(env, version);
      const state = problems.length === 0 ? "validated" : "refused";
      if (manifest !== null && state === "validated") await storeUserEmbeddings(env, manifest);
      await updateModel(env.DB, version, { state, manifest, problems });
      return problems.length === 0;
    });
    if (!valid) return;
    const { lastWrite } = await step.do("index items", STEP, async () =>
      indexModel(env, version, await lastCompleteRun(env.DB)),
    );
    await step.do("wait for the index", STEP, async () => {
      if (lastWrite !== null && !(await waitUntilVisible(env.VECTOR_INDEX, lastWrite, VISIBLE_WITHIN_MILLISECONDS)))
        throw new Error("The vector index did not show the model's vectors in time.");
      await updateModel(env.DB, version, { state: "indexed" });
    });
  }
}
