import { parseArgs } from "node:util";

import { z } from "zod";

import { type Command, CommandError } from "../command.ts";
import { SHADOW_SHARE_DEFAULT } from "../../domain/models/lifecycle.ts";
import { describeModel, modelLines, percentOf, readModels } from "../models/list-models.ts";
import { type ModelAnswer, modelAnswerSchema } from "../models/model-answer.ts";
import { publishModel } from "../models/publish-model.ts";
import { readModelFolder } from "../models/read-model-folder.ts";
import { shadowAnswerSchema, shadowLines } from "../models/shadow-text.ts";
import { modelPath, readModelAnswer, switchModel } from "../models/switch-model.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { createBucketClient } from "../runtime/s3.ts";
import { startStep } from "../terminal/progress.ts";

const endedSchema = z.object({ ended: z.string().nullable() });

interface Options {
  readonly json: boolean;
  readonly version: string | undefined;
  readonly share: string | undefined;
  readonly end: boolean;
  readonly report: boolean;
  readonly "no-wait": boolean;
}

async function publish(folder: string | undefined, { json, version }: Options): Promise<number> {
  if (folder === undefined) throw new CommandError("Say which folder: endcap models publish DIR");
  const read = await readModelFolder(folder, version);
  const bucket = createBucketClient();
  const step = startStep(`Publishing the model ${read.version}`);
  let model: ModelAnswer;
  try {
    model = await publishModel(clientFromEnvironment(), bucket, read, step);
  } catch (error) {
    step.fail("stopped");
    throw error;
  } finally {
    bucket.client.destroy();
  }
  if (model.state === "refused") {
    step.fail(`refused, ${model.problems.length} problem${model.problems.length === 1 ? "" : "s"}`);
    for (const problem of model.problems) console.error(`  ${problem}`);
    return 1;
  }
  step.done(model.state);
  console.log(json ? JSON.stringify({ version: model.version }) : model.version);
  return 0;
}

async function list({ json }: Options): Promise<number> {
  const models = await readModels(clientFromEnvironment());
  if (json) console.log(JSON.stringify(models));
  else if (models.length === 0) console.log("No model has been published yet: endcap models publish DIR");
  else for (const line of modelLines(models)) console.log(line);
  return 0;
}

async function show(version: string, { json }: Options): Promise<number> {
  const model = await readModelAnswer(clientFromEnvironment(), version);
  for (const line of json ? [JSON.stringify(model)] : describeModel(model)) console.log(line);
  return 0;
}

/** Moves the pointer to the active model. */
async function serve(path: string, label: string, options: Options): Promise<number> {
  const shown = options["no-wait"] ? null : label;
  const { version, isSeen } = await switchModel(clientFromEnvironment(), path, undefined, "active", shown);
  const text = isSeen
    ? `${version} is active.`
    : `${version} is to be active: every isolate follows within 10 seconds.`;
  console.log(options.json ? JSON.stringify({ version }) : text);
  return isSeen || shown === null ? 0 : 1;
}

async function endShadow({ json }: Options): Promise<number> {
  const answer = endedSchema.parse(await clientFromEnvironment().request("DELETE", "/v1/models/shadow"));
  const text = answer.ended === null ? "There was no shadow." : `${answer.ended} is no shadow any more.`;
  console.log(json ? JSON.stringify(answer) : text);
  return 0;
}

async function report(version: string, { json }: Options): Promise<number> {
  const answer = shadowAnswerSchema.parse(await clientFromEnvironment().request("GET", modelPath(version, "/shadow")));
  for (const line of json ? [JSON.stringify(answer)] : shadowLines(answer)) console.log(line);
  return 0;
}

function shareOf(text: string | undefined): number {
  if (text === undefined) return SHADOW_SHARE_DEFAULT;
  const share = Number(text);
  if (Number.isFinite(share) && share > 0 && share <= 1) return share;
  throw new CommandError(`--share is more than 0 and at most 1, such as 0.1 for every tenth request, not "${text}".`);
}

async function shadow(version: string | undefined, options: Options): Promise<number> {
  if (options.end) return endShadow(options);
  const subject = named(version, "shadow");
  if (options.report) return report(subject, options);
  const share = shareOf(options.share);
  const label = options["no-wait"] ? null : `Letting ${subject} rank in the shadow`;
  const path = modelPath(subject, "/shadow");
  const model = await switchModel(clientFromEnvironment(), path, { share }, "shadow", label);
  const { version: name, isSeen } = model;
  const verb = isSeen ? "is" : "is to be";
  console.log(
    options.json
      ? JSON.stringify({ version: name, share })
      : `${name} ${verb} the shadow of ${percentOf(share)} of the requests. Look at it: endcap models shadow ${name} --report`,
  );
  return isSeen || label === null ? 0 : 1;
}

async function retire(version: string, { json }: Options): Promise<number> {
  const model = modelAnswerSchema.parse(await clientFromEnvironment().request("POST", modelPath(version, "/retire")));
  console.log(
    json
      ? JSON.stringify({ version: model.version, state: model.state })
      : `${model.version} is retired; its vectors are deleted in some minutes. To have it back, publish it again.`,
  );
  return 0;
}

function named(version: string | undefined, action: string): string {
  if (version === undefined) throw new CommandError(`Say which version: endcap models ${action} VERSION`);
  return version;
}

export default {
  summary: "Publish, list, activate, shadow, roll back and retire model versions",
  usage: `endcap models publish DIR [--version NAME] [--json]        upload a model folder, check and index it
endcap models list [--json]                                every version, its state and figures
endcap models show VERSION [--json]                        all that is known of one
endcap models activate VERSION [--no-wait] [--json]        serve this version (all isolates within 10 s)
endcap models rollback [--no-wait] [--json]                serve the version before
endcap models shadow VERSION [--share 0.1] [--no-wait]     let it rank a share of the requests beside the active one
endcap models shadow VERSION --report [--json]             how it compares
endcap models shadow --end [--json]                        let it rank no more
endcap models retire VERSION [--json]                      take it out of service and delete its vectors

DIR holds manifest.json and weights.safetensors (endcap train writes such), or only item_embeddings.csv and
user_embeddings.csv (columns id,embedding), at its top or in embeddings/; --version names the latter.
activate, rollback and shadow wait until the runtime follows; --no-wait returns at once.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        version: { type: "string" },
        share: { type: "string" },
        end: { type: "boolean", default: false },
        report: { type: "boolean", default: false },
        "no-wait": { type: "boolean", default: false },
      },
    });
    const options: Options = { ...values, version: values.version, share: values.share };
    const [action, subject, ...rest] = positionals;
    const takesNone = action === "list" || action === "rollback" || values.end;
    const surplus = takesNone ? [subject, ...rest].filter((one) => one !== undefined) : rest;
    if (surplus.length > 0)
      throw new CommandError(`"${surplus.join(" ")}" is one argument too many for models ${action ?? ""}.`);
    switch (action) {
      case "publish":
        return publish(subject, options);
      case "list":
        return list(options);
      case "show":
        return show(named(subject, "show"), options);
      case "activate": {
        const version = named(subject, "activate");
        return serve(modelPath(version, "/activate"), `Activating ${version}`, options);
      }
      case "rollback":
        return serve("/v1/models/rollback", "Going back to the version before", options);
      case "shadow":
        return shadow(subject, options);
      case "retire":
        return retire(named(subject, "retire"), options);
      case undefined:
      default:
        throw new CommandError(
          "Say what to do: publish, list, show, activate, rollback, shadow or retire (endcap models --help).",
        );
    }
  },
} satisfies Command;
