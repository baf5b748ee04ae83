import type { ApiClient } from "../runtime/api-client.ts";
import { startStep, type Step } from "../terminal/progress.ts";
import { type ModelAnswer, modelAnswerSchema } from "./model-answer.ts";

/**
 * Isolates look at control.json every 5 seconds, and load what it names beside their answers: within 10 seconds in all.
 * This is a little longer.
 */
const WATCHED_MILLISECONDS = 12_000;
const POLL_MILLISECONDS = 400;

/** The path of a version's own resource. */
export function modelPath(version: string, action = ""): string {
  return `/v1/models/${encodeURIComponent(version)}${action}`;
}

/** What is known of one version. */
export async function readModelAnswer(api: ApiClient, version: string): Promise<ModelAnswer> {
  return modelAnswerSchema.parse(await api.request("GET", modelPath(version)));
}

async function isInEffect(
  api: ApiClient,
  { version }: ModelAnswer,
  as: "active" | "shadow",
  step: Step,
): Promise<boolean> {
  const end = Date.now() + WATCHED_MILLISECONDS;
  while (Date.now() < end) {
    if ((await readModelAnswer(api, version)).serving_as === as) return true;
    step.note(`${version}: waiting until the runtime answers with it`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  return false;
}

/** The version that a pointer was moved to, and whether the runtime was seen to follow. */
export interface SwitchedModel extends ModelAnswer {
  readonly isSeen: boolean;
}

/**
 * Moves a pointer, and watches until the runtime follows it.
 * @param label what is shown meanwhile; null: it is not watched
 * @returns the version that the pointer names now
 * @throws ApiRefusal when the pointer cannot be moved so
 */
export async function switchModel(
  api: ApiClient,
  path: string,
  body: object | undefined,
  as: "active" | "shadow",
  label: string | null,
): Promise<SwitchedModel> {
  const model = modelAnswerSchema.parse(await api.request("POST", path, body));
  if (label === null) return { ...model, isSeen: false };
  // Not before: a refusal is one line.
  const step = startStep(label);
  try {
    const isSeen = await isInEffect(api, model, as, step);
    if (isSeen) step.done(`the runtime answers with ${model.version}`);
    else
      step.fail(
        `the runtime should answer with ${model.version} by now, and does not: endcap models show ${model.version}`,
      );
    return { ...model, isSeen };
  } catch (error) {
    step.fail("switched, but not watched to the end");
    throw error;
  }
}
