import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { z } from "zod";

import { MODEL_VERSION_PATTERN } from "../../domain/models/manifest.ts";
import { updateModel } from "../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { prepareVersion } from "./model/prepare-version.ts";
import { noteRefusal, publishVersion } from "./model/publish-version.ts";
import { VersionLease } from "./model/version-lease.ts";
import { withdrawVersion } from "./model/withdraw-version.ts";

const parametersSchema = z.strictObject({
  version: z.string().regex(MODEL_VERSION_PATTERN),
  /**
   * `publish`: from the uploaded folder to where it can be activated. `prepare`: whatever an activation needs is there
   * for the present catalogue. `withdraw`: what a retired version leaves behind goes.
   */
  action: z.enum(["publish", "prepare", "withdraw"]).default("publish"),
});
export type ModelParameters = z.input<typeof parametersSchema>;

const STEP = {
  retries: { limit: 5, delay: "2 seconds", backoff: "exponential" },
  timeout: "15 minutes",
} as const;
/** control.json takes effect everywhere within 10 s: longer than that, so that nobody asks for what is deleted. */
const UNTIL_EFFECTIVE = "15 seconds";
/** While another instance is at work on the version, it is asked again this often … */
const TURN_PAUSE = "5 seconds";
/** … and so many times: half an hour. */
const TURNS_MAX = 360;

/** Publishes, prepares or withdraws a model version; one instance at a time is at work on each (docs/models.md). */
export class ModelWorkflow extends WorkflowEntrypoint<RuntimeEnv, ModelParameters> {
  override async run(event: Readonly<WorkflowEvent<ModelParameters>>, step: WorkflowStep): Promise<void> {
    const { version, action } = parametersSchema.parse(event.payload);
    const { env } = this;
    const lease = new VersionLease(env.DB, version, event.instanceId);
    if (action === "withdraw") await step.sleep("until control.json is effective", UNTIL_EFFECTIVE);
    if (!(await takeTurn(lease, step))) {
      logger.error("model_not_touched", { version, action, message: "Another instance is at work on it." });
      return;
    }
    const keep = (): Promise<void> => lease.keep();
    const doStep = <Value>(name: string, work: () => Promise<Value>): Promise<Value> =>
      step.do(name, STEP, async () => {
        await keep();
        // The two types of what a step may hand on are the same, said differently.
        return (await work()) as never;
      });
    try {
      const run = { env, version, startedAt: event.timestamp, step: doStep, keep };
      if (action === "publish") await publishVersion(run);
      else if (action === "withdraw") await withdrawVersion(run);
      else await prepareVersion(run);
    } catch (error) {
      const message = messageOf(error);
      logger.error("model_failed", { version, action, message });
      if (action !== "publish") throw error;
      const problems = [`Publishing failed on our side (${message}). Publish the model again.`];
      await step.do("give up", STEP, async () => {
        // What became of the version is for whoever took it over to say.
        if (!(await lease.renew())) return;
        await updateModel(env.DB, version, { state: "refused", problems });
        await noteRefusal(env, version, problems);
      });
    } finally {
      await step.do("release", STEP, () => lease.release());
    }
  }
}

/** Waits until no other instance is at work on the version. @returns false when that takes too long */
async function takeTurn(lease: VersionLease, step: WorkflowStep): Promise<boolean> {
  for (let turn = 1; turn <= TURNS_MAX; turn++) {
    if (await step.do(`turn ${turn}`, STEP, () => lease.take())) return true;
    await step.sleep(`wait ${turn}`, TURN_PAUSE);
  }
  return false;
}
