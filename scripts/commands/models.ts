import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import { type ModelAnswer, modelAnswerSchema, modelPageSchema } from "../models/model-answer.ts";
import { publishModel } from "../models/publish-model.ts";
import { readModelFolder } from "../models/read-model-folder.ts";
import { type ApiClient, clientFromEnvironment } from "../runtime/api-client.ts";
import { createBucketClient } from "../runtime/s3.ts";
import { startStep } from "../terminal/progress.ts";

interface Options {
  readonly json: boolean;
  readonly version: string | undefined;
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

async function allModels(api: ApiClient): Promise<ModelAnswer[]> {
  const models: ModelAnswer[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = modelPageSchema.parse(
      await api.request("GET", `/v1/models${cursor === "" ? "" : `?cursor=${encodeURIComponent(cursor)}`}`),
    );
    models.push(...page.data);
    cursor = page.next_cursor;
  }
  return models;
}

async function list({ json }: Options): Promise<number> {
  const models = await allModels(clientFromEnvironment());
  if (json) console.log(JSON.stringify(models));
  else if (models.length === 0) console.log("No model has been published yet: endcap models publish DIR");
  else
    for (const { version, state, published_at } of models) console.log(`${version}\t${state}\t${published_at ?? ""}`);
  return 0;
}

/** Moves the pointer to the active model. */
async function switchTo(path: string, { json }: Options): Promise<number> {
  const model = modelAnswerSchema.parse(await clientFromEnvironment().request("POST", path));
  console.log(json ? JSON.stringify({ version: model.version }) : `${model.version} is active.`);
  return 0;
}

export default {
  summary: "Publish, list, activate and roll back model versions",
  usage: `endcap models publish DIR [--version NAME] [--json]   upload a model folder, check and index it
endcap models list [--json]                           every version and its state
endcap models activate VERSION [--json]               serve this version (all isolates within 10 s)
endcap models rollback [--json]                       serve the version before

DIR holds manifest.json and weights.safetensors (endcap train writes such), or only item_embeddings.csv and
user_embeddings.csv (columns id,embedding), at its top or in embeddings/; --version names the latter.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean", default: false }, version: { type: "string" } },
    });
    const options: Options = { json: values.json, version: values.version };
    const [action, subject] = positionals;
    switch (action) {
      case "publish":
        return publish(subject, options);
      case "list":
        return list(options);
      case "activate":
        if (subject === undefined) throw new CommandError("Say which version: endcap models activate VERSION");
        return switchTo(`/v1/models/${encodeURIComponent(subject)}/activate`, options);
      case "rollback":
        return switchTo("/v1/models/rollback", options);
      case undefined:
      default:
        throw new CommandError("Say what to do: publish, list, activate or rollback (endcap models --help).");
    }
  },
} satisfies Command;
