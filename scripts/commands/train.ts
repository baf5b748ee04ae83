import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";

import { EXPORT_ID_PATTERN, EXPORT_MANIFEST_FILE } from "../../domain/exports/manifest.ts";
import { splitInteractions } from "../../domain/evaluation/split.ts";
import { type Command, CommandError } from "../command.ts";
import { pullExport } from "../exports/pull.ts";
import { createBucketClient } from "../runtime/s3.ts";
import { startStep, type Step } from "../terminal/progress.ts";
import { readExport } from "../train/read-export.ts";
import { trainModel } from "../train/train-model.ts";
import type { TrainingData } from "../train/training-data.ts";

const MODELS_FOLDER = ".endcap/models";
const EXPORTS_FOLDER = ".endcap/exports";

/** The folder of an export that is named by its folder or its id; fetched when it is not here yet. */
async function exportFolder(named: string): Promise<string> {
  if (existsSync(join(named, EXPORT_MANIFEST_FILE))) return named;
  if (!EXPORT_ID_PATTERN.test(named))
    throw new CommandError(`"${named}" is neither the folder of a pulled export nor an export's id.`);
  const { client, buckets } = createBucketClient();
  const step = startStep("Pulling the export");
  try {
    const { folder } = await pullExport(
      { client, bucket: buckets.exports },
      { id: named, out: EXPORTS_FOLDER, table: null },
      (done, total, file) => step.update(done, total, `bytes, ${file}`),
    );
    step.done(folder);
    return folder;
  } catch (error) {
    step.fail("nothing more was fetched");
    throw error;
  } finally {
    client.destroy();
  }
}

const VALIDATIONS = ["temporal", "random", "leave-one-out"] as const;
type Validation = (typeof VALIDATIONS)[number];
/** A validation part with fewer users decides by chance. */
const TEMPORAL_USERS_MIN = 30;
/** With fewer the usual blend is taken as it is. */
const JUDGES_MIN = 10;

/** Shoppers are served what comes after: where enough of them come back after four fifths of the time, they judge. */
function usualValidation(data: TrainingData): Validation {
  const split = data.interactions.every(({ at }) => at !== null)
    ? splitInteractions(data.interactions, "temporal", () => 0)
    : null;
  if (split === null || !split.ok) return "random";
  const known = new Set(split.value.train.map(({ userId }) => userId));
  const users = new Set(split.value.test.map(({ userId }) => userId).filter((userId) => known.has(userId)));
  return users.size >= TEMPORAL_USERS_MIN ? "temporal" : "random";
}

function validationNamed(name: string | undefined, data: TrainingData): Validation {
  if (name === undefined) return usualValidation(data);
  const validation = VALIDATIONS.find((known) => known === name);
  if (validation === undefined)
    throw new CommandError(`There is no validation part "${name}": use ${VALIDATIONS.join(", ")}.`);
  const untimed = data.interactions.filter(({ at }) => at === null).length;
  if (validation === "temporal" && untimed > 0)
    throw new CommandError(`The validation part temporal needs a time in every interaction; ${untimed} have none.`);
  return validation;
}

/** A line at the terminal for each part of the work. */
class PartSteps {
  #step: Step | null = null;

  begin(part: string): void {
    this.#step?.done();
    this.#step = startStep(part);
  }

  async update(done: number, total: number, note: string): Promise<void> {
    this.#step?.update(done, total, note);
    // Training never waits for anything by itself: this lets the terminal and Ctrl-C have their turn.
    await setImmediate();
  }

  done(note: string): void {
    this.#step?.done(note);
  }

  fail(note: string): void {
    this.#step?.fail(note);
  }
}

export default {
  summary: "Fit the reference model on an export",
  usage: `endcap train --export ID|DIR [--out DIR] [--validation V] [--id-residuals] [--seed N] [--json]

  --export ID|DIR   the export: its id (fetched first) or the folder of a pulled one
  --out DIR         the model's folder is made in here (default: ${MODELS_FOLDER})
  --validation V    how the part that judges is chosen: ${VALIDATIONS.join(", ")}
                    (default: temporal where enough users came back, else random)
  --id-residuals    items also have an embedding of their own beside their content's
  --seed N          the same export and seed give the same model (default: 1)
  --json            print { "version", "folder", "metrics" }

The folder holds towers, item–item weights, the blend that adds them up, and MODEL_CARD.md with figures and curves.
Next: endcap models publish DIR/<version>`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        export: { type: "string" },
        out: { type: "string", default: MODELS_FOLDER },
        validation: { type: "string" },
        "id-residuals": { type: "boolean", default: false },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
      },
    });
    if (values.export === undefined) throw new CommandError("Say which export to train on: --export ID|DIR.");
    const seed = Number(values.seed);
    if (!Number.isSafeInteger(seed) || seed < 0) throw new CommandError("--seed needs a whole number from 0.");
    const { id, data } = await readExport(await exportFolder(values.export));
    const validation = validationNamed(values.validation, data);
    const idResiduals = values["id-residuals"];
    const steps = new PartSteps();
    try {
      const { folder, manifest } = await trainModel(
        {
          data,
          sourceExport: id,
          options: { seed, validation, towers: { idResiduals } },
          commandLine: `endcap train --export ${id} --validation ${validation}${idResiduals ? " --id-residuals" : ""} --seed ${seed}`,
          now: new Date(),
          out: values.out,
        },
        {
          begin: (part) => steps.begin(part),
          progress: (done, total, note) => steps.update(done, total, note),
        },
      );
      const { version, metrics } = manifest;
      const judges = metrics["validation_users"] ?? 0;
      steps.done(`nDCG@10 ${metrics["validation_ndcg@10"]} on the validation part`);
      if (judges < JUDGES_MIN)
        console.error(
          `Only ${judges} users had anything held out: nothing was chosen by what they say. Try --validation random, or wait for more interactions.`,
        );
      console.log(values.json ? JSON.stringify({ version, folder, metrics }) : folder);
      return 0;
    } catch (error) {
      steps.fail("no model was made");
      throw error;
    }
  },
} satisfies Command;
